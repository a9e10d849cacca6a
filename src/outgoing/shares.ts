/**
 * Limits how many connections of each user one look at the tables takes. A user can open hundreds of thousands. A
 * look that takes them all would take too long, and held connections of all users would wait. Connections that are
 * passed over go on waiting until a later look takes them. Reads no table (`net/outgoing-sockets.ts`).
 */
import {shareHolder} from '../base/user-range.js';

/** Connections of one user. A count: far more than are released at a time (`egress/releases.ts`), and 2 MB. */
export const mostConnectionsOfUser = 4096;
/** Connections of root. A count: root owns ended connections, and the mailers of most machines. */
export const mostConnectionsOfRoot = 65_536;

export class ConnectionShares {
  readonly #counts = new Map<number, number>();
  #passedOver = 0;

  /** Whether this look takes one more connection of this user. */
  take(uid: number): 'taken' | 'passedOver' {
    const user = shareHolder(uid);
    const count = this.#counts.get(user) ?? 0;
    if (count >= (user === 0 ? mostConnectionsOfRoot : mostConnectionsOfUser)) {
      this.#passedOver += 1;
      return 'passedOver';
    }
    this.#counts.set(user, count + 1);
    return 'taken';
  }

  /** Connections that this look did not take. A count. */
  get passedOver(): number {
    return this.#passedOver;
  }
}
