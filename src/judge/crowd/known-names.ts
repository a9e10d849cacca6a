/**
 * Names that took mail here: the hash of each, and when it last did. Nobody guesses a name that took mail
 * this week; if such a name is refused, the relay has changed (`list-loss.ts`). A name that took mail
 * earlier is more likely on an old list than guessed. `judge/judge.ts` weighs the names.
 *
 * Only hashes are stored, because a list of all users is worth stealing, and takes five times the memory.
 */
import type {PackedLayout, PackedTable} from '../../base/mechanisms/packed-table.js';

type NameStanding =
  | 'never'
  /** The name took mail within `weekMs`. */
  | 'thisWeek'
  /** The name took mail, but longer ago. */
  | 'stale';

/** Names that are remembered: 12 MB, and an index half as large. A count. */
const mostNames = 1_000_000;

/** How long a name is remembered after its last mail. Ms: a year. */
export const keptMs = 365 * 24 * 3_600_000;

export const weekMs = 7 * 24 * 3_600_000;

const minuteMs = 60_000;

/** How often mail to a name is recorded. Minutes: each record is written to the disk. */
const noteMinutes = 60;

/** Rows that one `sweep` looks at. A count: a table of a million is swept in steps, once in eight hours. */
const sweptAtOnce = 2000;

/** When it last took mail. Minutes since the epoch, u32. */
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

  /** @param nameHash `hashOf` of the plain address, below 2^53 */
  took(nameHash: number, atMs: number): void {
    const slot = this.#table.add(this.#keyOf(nameHash));
    const minute = Math.max(1, Math.floor(atMs / minuteMs));
    // One of several logs may be read late, and old logs are read at the first start.
    const before = this.#table.u32(slot, tookField);
    if (before === 0 || minute >= before + noteMinutes) {
      this.#table.setU32(slot, tookField, minute);
    }
  }

  standing(nameHash: number, atMs: number): NameStanding {
    const slot = this.#table.find(this.#keyOf(nameHash));
    if (slot === undefined) return 'never';
    const ageMs = atMs - this.#table.u32(slot, tookField) * minuteMs;
    // Mail may have come in the last hour without being recorded; that counts in the name's favour.
    return ageMs < weekMs + noteMinutes * minuteMs ? 'thisWeek' : 'stale';
  }

  get size(): number {
    return this.#table.size;
  }

  /** Forgets old names; each call looks at some of them, in turn. */
  sweep(nowMs: number): void {
    const table = this.#table;
    const minute = Math.max(1, Math.floor(nowMs / minuteMs));
    table.sweep(sweptAtOnce, (slot) => {
      const took = table.u32(slot, tookField);
      // Times from a clock that was ahead become now.
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
