/**
 * Remembers which held connections were released, until a look at the tables shows that they need no
 * release any more. Does not release anything itself (`outgoing/egress`).
 */
import {type Connection, connectionKey} from '../connection.js';

interface Release {
  readonly connection: Connection;
  readonly sinceMs: number;
}

export class ReleasedConnections {
  readonly #releases = new Map<string, Release>();

  /** Notes a release. A connection that is released again keeps its first time. @param nowMs by the monotonic clock */
  note(connection: Connection, nowMs: number): void {
    const key = connectionKey(connection);
    if (!this.#releases.has(key)) this.#releases.set(key, {connection, sinceMs: nowMs});
  }

  /**
   * Forgets connections that do not wait any more: they are established, or have ended.
   *
   * @param opening all connections that a look has seen waiting
   * @param beganMs when that look began. Connections released since then stay: the look may have missed them
   * @returns the forgotten connections
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
