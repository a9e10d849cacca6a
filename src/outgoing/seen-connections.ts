/**
 * Remembers connections, so that each counts once. A connection can be seen many times: the trace reports
 * its beginning, and the tables show it for as long as it lasts.
 */
import {BoundedMap} from '../base/mechanisms/bounded-map.js';
import {type Connection, connectionKey} from './connection.js';

/** Connections remembered. A count: a busy relay has some ten thousand; 20 MB. */
export const mostConnections = 100_000;
/** A connection that was not seen for this long is over, and another one may have its ports. Ms. */
export const forgetMs = 150_000;

interface Entry {
  readonly inode: string;
  readonly seenMs: number;
}

export class SeenConnections {
  /** The one seen last comes last. */
  readonly #entries = new BoundedMap<string, Entry>(mostConnections);

  /** Remembers the connection. @returns whether it was known before */
  note(connection: Connection, nowMs: number): 'new' | 'known' {
    const key = connectionKey(connection);
    const before = this.#entries.get(key);
    const {inode} = connection;
    // A connection that has ended has no inode. Another inode means another connection with the same ports.
    const isKnown = before !== undefined && (inode === '0' || inode === before.inode);
    this.#entries.set(key, {
      inode: inode === '0' ? (before?.inode ?? inode) : inode,
      seenMs: nowMs,
    });
    return isKnown ? 'known' : 'new';
  }

  /** Forgets connections that are over. */
  sweep(nowMs: number): void {
    for (const [key, {seenMs}] of this.#entries.entries()) {
      if (nowMs - seenMs <= forgetMs && seenMs <= nowMs) break;
      this.#entries.delete(key);
    }
  }
}
