/**
 * Decides when to cut open sessions: as soon as their client's block is in force, even if it had to
 * wait for the firewall or its rule was missing for a while. The cutter knows how.
 */
import type {Cutter, Serving} from './cutter.js';
import type {BlockRules} from '../../blocks/live/block-rules.js';

export class SessionCuts {
  readonly #cutter: Cutter;
  readonly #firewall: BlockRules;
  /** Whether there may be open sessions of clients whose block had to wait, or was missing. */
  #hasUncut = true;
  /** The firewall's repairs at the last look. A count. */
  #repairs = 0;

  constructor(cutter: Cutter, firewall: BlockRules) {
    this.#cutter = cutter;
    this.#firewall = firewall;
  }

  /** Cuts the sessions of these networks, as far as their blocks are in force. */
  cut(networks: readonly string[]): void {
    const enforced = networks.filter((network) => this.#firewall.isEnforced(network));
    if (enforced.length < networks.length) this.#hasUncut = true;
    void this.#cutter.cut(enforced);
  }

  /**
   * Ends the process that was just shown to serve a client of these networks. Their rule is about to be made.
   *
   * @returns `left`: the process is left to `cut`
   */
  cutFirst(networks: readonly string[], serving: Serving): 'cut' | 'left' {
    // Without a rule the client would only come again.
    const enforced = networks.filter((network) => this.#firewall.isEnforced(network));
    return enforced.length === 0 ? 'left' : this.#cutter.cutFirst(enforced, serving);
  }

  /** @param networks all blocked networks, whose remaining sessions are cut */
  cutStanding(networks: () => readonly string[]): void {
    const {enforced} = this.#firewall;
    const repairs = [...enforced.values()].reduce((sum, each) => sum + each.repairs, 0);
    if (repairs > this.#repairs) this.#hasUncut = true;
    this.#repairs = repairs;
    if (!this.#hasUncut) return;
    this.#hasUncut = false;
    this.cut(networks());
  }

  async stop(): Promise<void> {
    await this.#cutter.stop();
  }
}
