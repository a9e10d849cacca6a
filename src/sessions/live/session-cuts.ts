/**
 * When to cut open sessions: as soon as the block of their client is in force; also if it had to
 * wait for the firewall, or its rule was missing for a while. The cutter knows how.
 */
import type {Cutter, Serving} from './cutter.js';
import type {BlockRules} from '../../blocks/live/block-rules.js';

export class SessionCuts {
  readonly #cutter: Cutter;
  readonly #firewall: BlockRules;
  /** Whether sessions may be open whose block had to wait, or was away. */
  #hasUncut = true;
  /** Of the firewall, when it was last looked at. A count. */
  #repairs = 0;

  constructor(cutter: Cutter, firewall: BlockRules) {
    this.#cutter = cutter;
    this.#firewall = firewall;
  }

  /** The sessions of these networks end, as far as their blocks are in force. */
  cut(networks: readonly string[]): void {
    const enforced = networks.filter((network) => this.#firewall.isEnforced(network));
    if (enforced.length < networks.length) this.#hasUncut = true;
    void this.#cutter.cut(enforced);
  }

  /**
   * Ends the process that was just shown to serve a client of these networks, whose rule is about to be made.
   *
   * @returns `left`: the process is left to `cut`
   */
  cutFirst(networks: readonly string[], serving: Serving): 'cut' | 'left' {
    // Where no rule can be made, the client would only come again.
    const enforced = networks.filter((network) => this.#firewall.isEnforced(network));
    return enforced.length === 0 ? 'left' : this.#cutter.cutFirst(enforced, serving);
  }

  /** @param networks all that are blocked: those of which sessions may be open still are cut */
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
