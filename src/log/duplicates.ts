/**
 * Says of each message whether another source has given it already: the journal and a file that
 * rsyslog fills from it tell the same, in no order. A source that says a thing twice means it.
 *
 * Only of what is at hand: after a restart a message may pass whose copy was taken just before. It
 * does no harm, for a thing that was done again counts once (`judge/memory/memory.ts`).
 */
import {BoundedMap} from '../base/mechanisms/bounded-map.js';
import {hashOf} from '../base/hash.js';
import type {LogRecord} from './record.js';

/** Messages remembered. A count: one source may be ahead of another by ten seconds of a flood. */
export const mostMessages = 100_000;

export class Duplicates {
  /** How often each source has given a message. */
  readonly #counts = new BoundedMap<number, Map<string, number>>(mostMessages);

  isNew(source: string, record: LogRecord): boolean {
    const key = keyOf(record);
    const known = this.#counts.get(key);
    const counts = known ?? new Map<string, number>();
    const count = (counts.get(source) ?? 0) + 1;
    const others = [...counts].filter(([other]) => other !== source).map(([, times]) => times);
    counts.set(source, count);
    // Replaced, it would be the newest; the map itself is changed in place.
    if (known === undefined) this.#counts.set(key, counts);
    return count > Math.max(0, ...others);
  }
}

/** Not the time: each source has its own. */
function keyOf({host, pid, message, times}: LogRecord): number {
  return hashOf(`${host.toLowerCase()} ${pid} ${times} ${message}`);
}
