/**
 * Remembers the hosts that accepted mail of our own users: from two different users, not counting
 * bounces or automatic replies, which a stranger could provoke. Such a friend is not a stranger, but
 * earns no credit: otherwise anybody who subscribes to a list here could buy credit.
 */
import type {Table} from '../../base/mechanisms/table.js';
import {contains, type Network} from '../../net/network.js';
import {parseAddress} from '../../net/address.js';

/** Plain data: it is saved as it is. */
export interface Friend {
  /** Of the first user who wrote to it. */
  readonly senderHash: number;
  readonly users: 'one' | 'two';
  /** When mail last went to it; up to a day old. Ms since the epoch. */
  readonly atMs: number;
}

/**
 * Hosts that are remembered. A count: about 4 MB; beyond it, the host written to longest ago is
 * forgotten.
 */
export const mostFriends = 20_000;
/** Hosts to which no user has written for this long are forgotten. Ms: 45 days. */
const forgottenMs = 45 * 86_400_000;
const renewMs = 86_400_000;

export class Friends {
  readonly #table: Table<Friend>;

  constructor(table: Table<Friend>) {
    table.limitTo(mostFriends);
    this.#table = table;
  }

  /** @param host a client's network, as text */
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

  /** The friends in a network, which a block of the network must let pass. */
  *inside(network: Network): Generator<string> {
    for (const [host, {users}] of this.#table.entries()) {
      const address = parseAddress(host.split('/')[0] ?? '');
      if (users === 'two' && address !== undefined && contains(network, address)) yield host;
    }
  }

  sweep(nowMs: number): void {
    for (const [host, {atMs}] of this.#table.entries()) {
      // The oldest come first, so the rest are more recent.
      if (nowMs - atMs <= forgottenMs) return;
      this.#table.delete(host);
    }
  }
}
