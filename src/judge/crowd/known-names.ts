/**
 * Names that took mail here: the hash of each, and when it last did. Nobody guesses a name that took mail
 * this week, so when it is refused the relay has changed (`list-loss.ts`); one that took mail earlier
 * is more likely an old list than a guess. Does not weigh them: that is for `judge/judge.ts`.
 *
 * Hashes, because a list of all users is worth stealing, and costs five times the memory.
 */
import type {PackedLayout, PackedTable} from '../../base/mechanisms/packed-table.js';

type NameStanding =
  | 'never'
  /** It took mail within `weekMs`. */
  | 'thisWeek'
  /** It took mail, but not within that. */
  | 'stale';

/** Names that are remembered: 12 MB and an index of half as much. A count. */
const mostNames = 1_000_000;

/** A name is remembered so long after its last mail. Ms: a year. */
export const keptMs = 365 * 24 * 3_600_000;

/** Ms. */
export const weekMs = 7 * 24 * 3_600_000;

const minuteMs = 60_000;

/** Mails are noted at most so often for a name: each note is written to the disk. Minutes. */
const noteMinutes = 60;

/** Rows that one `sweep` looks at: a table of a million is swept in steps, once in eight hours. A count. */
const sweptAtOnce = 2000;

/** The last mail. Minutes since the epoch, u32. */
const tookField = 0;

export class KnownNames {
  static readonly layout: PackedLayout = {keyBytes: 8, entryBytes: 4};
  readonly #table: PackedTable;
  readonly #key = new Uint8Array(KnownNames.layout.keyBytes);
  readonly #view = new DataView(this.#key.buffer);

  constructor(table: PackedTable) {
    this.#table = table;
    table.limitTo(mostNames, (slot) => table.u32(slot, tookField));
  }

  /** @param nameHash `hashOf` the plain address, below 2^53 */
  took(nameHash: number, atMs: number): void {
    const slot = this.#table.add(this.#keyOf(nameHash));
    const minute = Math.max(1, Math.floor(atMs / minuteMs));
    // Of several logs one may be read late, and old logs are read at the first start.
    const before = this.#table.u32(slot, tookField);
    if (before === 0 || minute >= before + noteMinutes) {
      this.#table.setU32(slot, tookField, minute);
    }
  }

  standing(nameHash: number, atMs: number): NameStanding {
    const slot = this.#table.find(this.#keyOf(nameHash));
    if (slot === undefined) return 'never';
    const ageMs = atMs - this.#table.u32(slot, tookField) * minuteMs;
    // The hour in which mails are not noted counts for the name.
    return ageMs < weekMs + noteMinutes * minuteMs ? 'thisWeek' : 'stale';
  }

  get size(): number {
    return this.#table.size;
  }

  /** Forgets names; all of them are looked at in turn. */
  sweep(nowMs: number): void {
    const table = this.#table;
    const minute = Math.max(1, Math.floor(nowMs / minuteMs));
    table.sweep(sweptAtOnce, (slot) => {
      const took = table.u32(slot, tookField);
      // What was noted while the clock was ahead happened now.
      if (took > minute) table.setU32(slot, tookField, minute);
      else if ((minute - took) * minuteMs > keptMs) table.remove(slot);
    });
  }

  #keyOf(nameHash: number): Uint8Array {
    this.#view.setUint32(0, Math.floor(nameHash / 2 ** 32));
    this.#view.setUint32(4, nameHash >>> 0);
    return this.#key;
  }
}
