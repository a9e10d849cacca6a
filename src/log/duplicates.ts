/**
 * Decides whether another source has delivered a message already: the journal, and a file that
 * rsyslog fills from it, contain the same messages, in no fixed order. If one source delivers a
 * message twice, it was logged twice.
 *
 * Only recent messages are remembered, so after a restart a copy may pass. That does no harm: a
 * deed that is repeated counts once (`judge/memory/memory.ts`).
 */
import {BoundedMap} from '../base/mechanisms/bounded-map.js';
import {hashOf} from '../base/hash.js';
import type {LogRecord} from './record.js';

/**
 * Messages that are remembered. A count: one source may be ahead of another by ten seconds of a
 * flood.
 */
export const mostMessages = 100_000;

export class Duplicates {
  /** How often each source has delivered a message. */
  readonly #counts = new BoundedMap<number, Map<string, number>>(mostMessages);

  isNew(source: string, record: LogRecord): boolean {
    const key = keyOf(record);
    const known = this.#counts.get(key);
    const counts = known ?? new Map<string, number>();
    const count = (counts.get(source) ?? 0) + 1;
    const others = [...counts].filter(([other]) => other !== source).map(([, times]) => times);
    counts.set(source, count);
    // Setting the entry again would make it the newest, so the inner map is changed in place.
    if (known === undefined) this.#counts.set(key, counts);
    return count > Math.max(0, ...others);
  }
}

/** Leaves the time out, because each source has its own. */
function keyOf({host, pid, message, times}: LogRecord): number {
  return hashOf(`${host.toLowerCase()} ${pid} ${times} ${message}`);
}
