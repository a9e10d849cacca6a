/**
 * Keeps the list of clients that pass (`passes.ts`) up to date while blocks come one by one. A new
 * block of one address costs one look at the logins, however many blocks there are; a new block of
 * a network costs a walk over the logins. `renew` looks at everything: it finds passes that are
 * over, and clients that logged in after they were blocked.
 */
import type {Address} from '../net/address.js';
import {NetworkSet} from '../net/network-set.js';
import type {Block} from './block.js';
import {type Blocks, loginMs, newestOf, passesOf, type Submitter} from './passes.js';
import {networkOf} from './pieces.js';

interface Logins {
  readonly get: (client: string) => Submitter | undefined;
  readonly entries: () => Iterable<readonly [client: string, Submitter]>;
}

export class PassList {
  readonly #logins: Logins;
  readonly #blocks: Blocks;
  #passes: ReadonlyMap<string, number> = new Map();
  #networks = new NetworkSet([]);

  constructor(logins: Logins, blocks: Blocks) {
    this.#logins = logins;
    this.#blocks = blocks;
  }

  /** Until when each network passes, ms since the epoch. None lies inside another. */
  get passes(): ReadonlyMap<string, number> {
    return this.#passes;
  }

  has(client: Address): boolean {
    return this.#networks.has(client);
  }

  /** Looks at all blocks and logins. */
  renew(nowMs: number): void {
    this.#take(passesOf(this.#logins.entries(), this.#blocks, nowMs));
  }

  /** These blocks are new or were replaced; call it after they have been stored. */
  blocked(blocks: readonly Block[], nowMs: number): 'same' | 'changed' {
    const passes = new Map(this.#passes);
    for (const block of blocks) {
      const {network, origin} = block;
      if (origin === 'operator') passes.delete(network);
      else this.#add(passes, network, this.#logins.get(network), nowMs);
      if (network.includes('/')) this.#addInside(passes, network, nowMs);
    }
    const isSame =
      passes.size === this.#passes.size &&
      [...passes].every(([network, untilMs]) => this.#passes.get(network) === untilMs);
    if (isSame) return 'same';
    this.#take(newestOf(passes));
    return 'changed';
  }

  #addInside(passes: Map<string, number>, network: string, nowMs: number): void {
    const around = new NetworkSet([networkOf(network)]);
    for (const [client, login] of this.#logins.entries()) {
      const own = this.#blocks.get(client);
      const isOperators = own !== undefined && own.untilMs > nowMs && own.origin === 'operator';
      if (isOperators || !around.overlaps(networkOf(client))) continue;
      this.#add(passes, client, login, nowMs);
    }
  }

  #add(
    passes: Map<string, number>,
    client: string,
    login: Submitter | undefined,
    nowMs: number,
  ): void {
    if (login !== undefined && login.lastMs > nowMs - loginMs) {
      passes.set(client, login.lastMs + loginMs);
    }
  }

  #take(passes: ReadonlyMap<string, number>): void {
    this.#passes = passes;
    this.#networks = new NetworkSet([...passes.keys()].map(networkOf));
  }
}
