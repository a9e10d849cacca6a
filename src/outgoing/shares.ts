/**
 * How many connections of each user one look at the tables deals with. A user can open hundreds of thousands,
 * and a look that takes them all comes too late for everybody: what is held is then looked at by nobody. What
 * is passed over goes on waiting, and a later look deals with it. Reads no table (`net/outgoing-sockets.ts`).
 */
import {shareHolder} from '../base/user-range.js';

/** Of one user. A count: far more than are released at a time (`egress/releases.ts`), and 2 MB. */
export const mostConnectionsOfUser = 4096;
/** Of root, which owns ended connections, and the mailers of most machines. A count. */
export const mostConnectionsOfRoot = 65_536;

export class ConnectionShares {
  readonly #counts = new Map<number, number>();
  #passedOver = 0;

  /** Whether one more of this user is dealt with. */
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

  /** A count. */
  get passedOver(): number {
    return this.#passedOver;
  }
}
