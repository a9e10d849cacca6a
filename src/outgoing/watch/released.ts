/**
 * Remembers which held connections were released, until a look at the tables shows that they no
 * longer need it. Does not release anything itself (`outgoing/egress`).
 */
import {type Connection, connectionKey} from '../connection.js';

interface Release {
  readonly connection: Connection;
  readonly sinceMs: number;
}

export class ReleasedConnections {
  readonly #releases = new Map<string, Release>();

  /** A connection that is released again keeps its first time. @param nowMs of the clock that nobody can set */
  note(connection: Connection, nowMs: number): void {
    const key = connectionKey(connection);
    if (!this.#releases.has(key)) this.#releases.set(key, {connection, sinceMs: nowMs});
  }

  /**
   * Forgets the connections that wait no longer: they are open, or have ended.
   *
   * @param opening all connections that a look has seen waiting
   * @param beganMs when that look began: it may have missed what was released since
   * @returns those that were forgotten
   */
  takeOver(opening: readonly Connection[], beganMs: number): Connection[] {
    const waiting = new Set(opening.map(connectionKey));
    const over: Connection[] = [];
    for (const [key, {connection, sinceMs}] of this.#releases) {
      if (waiting.has(key) || sinceMs >= beganMs) continue;
      this.#releases.delete(key);
      over.push(connection);
    }
    return over;
  }
}
