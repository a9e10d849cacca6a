/**
 * Remembers the hosts that took mail which our own users wrote: two different users, and no bounces or
 * automatic answers that a stranger provoked. Such a friend is no stranger; it earns no credit by it,
 * because who subscribes to a list here could buy it.
 */
import type {Table} from '../../base/mechanisms/table.js';
import {contains, type Network} from '../../net/network.js';
import {parseAddress} from '../../net/address.js';

/** Plain data: it is saved as it is. */
export interface Friend {
  /** Of the first user that wrote to it. */
  readonly senderHash: number;
  readonly users: 'one' | 'two';
  /** Of the last mail; up to a day old. Ms since the epoch. */
  readonly atMs: number;
}

/** Hosts remembered. A count: about 4 MB; beyond it the one written to longest ago goes. */
export const mostFriends = 20_000;
/** Hosts to which nobody has written for so long are forgotten. Ms: 45 days. */
const forgottenMs = 45 * 86_400_000;
const renewMs = 86_400_000;

export class Friends {
  readonly #table: Table<Friend>;

  constructor(table: Table<Friend>) {
    table.limitTo(mostFriends);
    this.#table = table;
  }

  /** @param host the network of a client, as text */
  wrote(host: string, senderHash: number, atMs: number): void {
    const before = this.#table.get(host);
    if (before === undefined) {
      this.#table.set(host, {senderHash, users: 'one', atMs});
      return;
    }
    const isSecond = before.users === 'one' && before.senderHash !== senderHash;
    if (!isSecond && atMs - before.atMs < renewMs) return;
    this.#table.set(host, {...before, users: isSecond ? 'two' : before.users, atMs});
  }

  has(host: string): boolean {
    return this.#table.size > 0 && this.#table.get(host)?.users === 'two';
  }

  *all(): Generator<string> {
    for (const [host, {users}] of this.#table.entries()) if (users === 'two') yield host;
  }

  /** Those in a network, for its block to pass them. */
  *inside(network: Network): Generator<string> {
    for (const [host, {users}] of this.#table.entries()) {
      const address = parseAddress(host.split('/')[0] ?? '');
      if (users === 'two' && address !== undefined && contains(network, address)) yield host;
    }
  }

  sweep(nowMs: number): void {
    for (const [host, {atMs}] of this.#table.entries()) {
      // The oldest come first.
      if (nowMs - atMs <= forgottenMs) return;
      this.#table.delete(host);
    }
  }
}
