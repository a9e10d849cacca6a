/**
 * Remembers connections, so that each counts once, however it was noticed: the kernel reports its
 * beginning, and then it is in the tables for as long as it lasts.
 */
import {BoundedMap} from '../base/mechanisms/bounded-map.js';
import {type Connection, connectionKey} from './connection.js';

/** Connections remembered. A count: a busy relay has some ten thousand; 20 MB. */
export const mostConnections = 100_000;
/** One that was not seen for so long is over, and its ports may be used again. Ms. */
export const forgetMs = 150_000;

interface Entry {
  readonly inode: string;
  readonly seenMs: number;
}

export class SeenConnections {
  /** The one that was seen last comes last. */
  readonly #entries = new BoundedMap<string, Entry>(mostConnections);

  /** From now on the connection is known. */
  note(connection: Connection, nowMs: number): 'new' | 'known' {
    const key = connectionKey(connection);
    const before = this.#entries.get(key);
    const {inode} = connection;
    // What is left of a connection has no inode; and another one may have got its ports.
    const isKnown = before !== undefined && (inode === '0' || inode === before.inode);
    this.#entries.set(key, {
      inode: inode === '0' ? (before?.inode ?? inode) : inode,
      seenMs: nowMs,
    });
    return isKnown ? 'known' : 'new';
  }

  /** Forgets what is over. */
  sweep(nowMs: number): void {
    for (const [key, {seenMs}] of this.#entries.entries()) {
      if (nowMs - seenMs <= forgetMs && seenMs <= nowMs) break;
      this.#entries.delete(key);
    }
  }
}
