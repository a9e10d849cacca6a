/**
 * A table for a million small entries. It holds numbers in typed arrays: one object for each entry would
 * take three times the memory, and time of the garbage collector. Keys and entries have fixed lengths; the
 * user of the table decides what the bytes of an entry mean. The table knows which entries have changed
 * since the last save, as `Table` does, but not where it is saved (`sys/disk/store.ts`).
 *
 * Entries are stored and saved in sheets, each of which fills a page of the database. One database row for
 * each entry was refused: a database writes whole pages anyway, and a million rows took ten times as long
 * to read and to write.
 */
import {Candidates, mostCandidates, nextRandom} from './candidates.js';
import {flip, headBytes, isTaken, rowBits, rowOf, rowsIn, type Sheet} from './sheet.js';
import {SlotIndex} from './slot-index.js';

export interface PackedLayout {
  /** Length of a key. Bytes, 1 to 32. */
  readonly keyBytes: number;
  /** Length of an entry without its key. Bytes, 1 to 4096. */
  readonly entryBytes: number;
}

/**
 * The number of an entry while it is in the table; later another entry may get it. Its last bits are the row's number,
 * those above are the sheet's.
 */
export type Slot = number;

/** Sheets in one buffer, as a power of two. Bits: memory grows by 256 KB at a time, and nothing is copied. */
const bufferBits = 6;
const bufferSheets = 1 << bufferBits;
const bufferShift = rowBits + bufferBits;

/** Random entries that a full table looks at for each eviction; each look is a cache miss. A count. */
const sampled = 4;

export class PackedTable {
  readonly keyBytes: number;
  readonly #rowBytes: number;
  readonly #sheetBytes: number;
  readonly #sheetRows: number;
  readonly #index: SlotIndex;
  readonly #buffers: Uint8Array[] = [];
  readonly #views: DataView[] = [];
  readonly #free: Slot[] = [];
  #sheets = 0;
  #size = 0;
  #most = Number.POSITIVE_INFINITY;
  #worth: (slot: Slot) => number = () => 0;
  /** Sheets that have changed; undefined: the table is never saved. */
  readonly #changed: Set<number> | undefined;
  readonly #candidates = new Candidates();
  /** Additions and removals so far, modulo 2^31. While it stays the same, a slot found earlier is still valid. */
  #edition = 0;
  /** Rows that `sweep` has visited in this round. */
  #swept = 0;
  /**
   * The sheet marked last: several fields of one entry are usually set in a row, and only the first needs to mark it.
   */
  #changedLast = -1;
  #random: number;

  /**
   * @param saved in the order of their numbers; sheets of another layout are ignored
   * @param use `unsaved`: no caller will ask for the changes
   * @param salt makes the positions of keys unpredictable for a client that may choose keys. 32 bits
   */
  constructor(
    {keyBytes, entryBytes}: PackedLayout,
    saved: Iterable<Sheet> = [],
    use: 'saved' | 'unsaved' = 'saved',
    salt = 0,
  ) {
    [this.keyBytes, this.#rowBytes] = [keyBytes, keyBytes + entryBytes];
    this.#index = new SlotIndex(salt);
    this.#sheetRows = rowsIn(this.#rowBytes);
    this.#sheetBytes = headBytes + this.#sheetRows * this.#rowBytes;
    this.#random = (salt ^ 0x9e3779b9) | 0 || 1;
    for (const [number, bytes] of saved) this.#load(number, bytes);
    // So that row 0 is taken first.
    this.#free.reverse();
    this.#changed = use === 'saved' ? new Set() : undefined;
  }

  /**
   * From now on, `add` evicts an entry of little worth whenever the table is full: the one worth least
   * among some picked at random and the candidates left from earlier evictions.
   *
   * @param most entries, a count of 1 or more
   */
  limitTo(most: number, worth: (slot: Slot) => number): void {
    if (!(most >= 1)) throw new RangeError(`a table for at most ${most} entries`);
    [this.#most, this.#worth] = [most, worth];
    while (this.#size > most) this.remove(this.#leastWorthy());
  }

  get size(): number {
    return this.#size;
  }

  /** Changes with each `add` of a new key and with each removal. */
  get edition(): number {
    return this.#edition;
  }

  find(key: Uint8Array): Slot | undefined {
    return this.#find(key, this.#index.hash(key, 0, this.keyBytes));
  }

  #find(key: Uint8Array, hash: number): Slot | undefined {
    const index = this.#index;
    for (let place = index.next(hash, hash); place !== -1; place = index.next(hash, place + 1)) {
      const slot = index.slotAt(place);
      if (this.#isKeyOf(slot, key)) return slot;
    }
    return undefined;
  }

  /** The slot of the key; if the key is new, all bytes of its entry are 0. */
  add(key: Uint8Array): Slot {
    if (key.length !== this.keyBytes) throw new RangeError(`a key of ${key.length} bytes`);
    const hash = this.#index.hash(key, 0, this.keyBytes);
    const found = this.#find(key, hash);
    if (found !== undefined) return found;
    if (this.#size >= this.#most) this.remove(this.#leastWorthy());
    if (this.#free.length === 0) this.#newSheet();
    const slot = this.#free.pop()!;
    const [buffer, at] = [this.#buffer(slot), this.#rowAt(slot)];
    for (let i = 0; i < key.length; i++) buffer[at + i] = key[i]!;
    this.#flip(slot);
    this.#enter(slot, hash);
    this.touch(slot);
    return slot;
  }

  /** @param slot of an entry of the table */
  remove(slot: Slot): void {
    if (!this.#isTaken(slot)) throw new RangeError(`no entry ${slot}`);
    this.#index.remove(this.#hash(slot), slot);
    const at = this.#rowAt(slot);
    this.#buffer(slot).fill(0, at, at + this.#rowBytes);
    this.#flip(slot);
    this.#free.push(slot);
    this.#size -= 1;
    this.#edition = (this.#edition + 1) & 0x7fffffff;
    this.touch(slot);
  }

  /**
   * Marks the entry as changed. Call it after changing bytes of `entry` in place; the `set…` methods call
   * it themselves.
   */
  touch(slot: Slot): void {
    const sheet = slot >>> rowBits;
    if (sheet === this.#changedLast || this.#changed === undefined) return;
    this.#changed.add(sheet);
    this.#changedLast = sheet;
  }

  /** The bytes themselves, not a copy. */
  key(slot: Slot): Uint8Array {
    const at = this.#rowAt(slot);
    return this.#buffer(slot).subarray(at, at + this.keyBytes);
  }

  /** The bytes themselves, not a copy. */
  entry(slot: Slot): Uint8Array {
    const at = this.#rowAt(slot);
    return this.#buffer(slot).subarray(at + this.keyBytes, at + this.#rowBytes);
  }

  u8(slot: Slot, field: number): number {
    return this.#buffer(slot)[this.#rowAt(slot) + this.keyBytes + field]!;
  }

  u16(slot: Slot, field: number): number {
    return this.#view(slot).getUint16(this.#rowAt(slot) + this.keyBytes + field);
  }

  u32(slot: Slot, field: number): number {
    return this.#view(slot).getUint32(this.#rowAt(slot) + this.keyBytes + field);
  }

  f32(slot: Slot, field: number): number {
    return this.#view(slot).getFloat32(this.#rowAt(slot) + this.keyBytes + field);
  }

  setU8(slot: Slot, field: number, value: number): void {
    this.#buffer(slot)[this.#rowAt(slot) + this.keyBytes + field] = value;
    this.touch(slot);
  }

  setU16(slot: Slot, field: number, value: number): void {
    this.#view(slot).setUint16(this.#rowAt(slot) + this.keyBytes + field, value);
    this.touch(slot);
  }

  setU32(slot: Slot, field: number, value: number): void {
    this.#view(slot).setUint32(this.#rowAt(slot) + this.keyBytes + field, value);
    this.touch(slot);
  }

  setF32(slot: Slot, field: number, value: number): void {
    this.#view(slot).setFloat32(this.#rowAt(slot) + this.keyBytes + field, value);
    this.touch(slot);
  }

  /**
   * All entries. The caller may change and remove entries meanwhile; entries added meanwhile may or may not appear.
   */
  *slots(): Generator<Slot> {
    for (let row = 0; row < this.#rows; row++) {
      const slot = this.#slotOfRow(row);
      if (this.#isTaken(slot)) yield slot;
    }
  }

  /**
   * Visits some entries, beginning where the last call stopped; after the end of the table it starts again.
   *
   * @param most rows to look at, taken or free. A count
   * @param visit may change and remove the entry
   */
  sweep(most: number, visit: (slot: Slot) => void): void {
    const end = Math.min(this.#rows, this.#swept + most);
    for (let row = this.#swept; row < end; row++) {
      const slot = this.#slotOfRow(row);
      if (this.#isTaken(slot)) visit(slot);
    }
    this.#swept = end >= this.#rows ? 0 : end;
  }

  /** The sheets whose entries were added, changed or removed. The bytes themselves, not copies. */
  *changes(): Generator<Sheet> {
    for (const sheet of this.#changed ?? []) yield [sheet, this.#sheet(sheet)];
  }

  /** The changes that `changes` gave are saved. */
  saved(): void {
    this.#changed?.clear();
    this.#changedLast = -1;
  }

  /**
   * Ignores a sheet of another length, which has another layout, and one out of order. Of a key that occurs
   * twice, the second entry is dropped: the file is damaged.
   */
  #load(number: number, bytes: Uint8Array): void {
    if (bytes.length !== this.#sheetBytes || number !== this.#sheets) return;
    this.#newSheet();
    this.#free.length -= this.#sheetRows;
    this.#sheet(number).set(bytes);
    for (let row = 0; row < this.#sheetRows; row++) {
      const slot = (number << rowBits) | row;
      const isTaken = this.#isTaken(slot);
      if (isTaken && this.find(this.key(slot)) === undefined) this.#enter(slot, this.#hash(slot));
      else {
        if (isTaken) this.#flip(slot);
        const at = this.#rowAt(slot);
        this.#buffer(slot).fill(0, at, at + this.#rowBytes);
        this.#free.push(slot);
      }
    }
  }

  #buffer(slot: Slot): Uint8Array {
    return this.#buffers[slot >>> bufferShift]!;
  }

  #view(slot: Slot): DataView {
    return this.#views[slot >>> bufferShift]!;
  }

  /** Where the sheet of the slot begins in its buffer. */
  #sheetAt(slot: Slot): number {
    return ((slot >>> rowBits) & (bufferSheets - 1)) * this.#sheetBytes;
  }

  #rowAt(slot: Slot): number {
    return this.#sheetAt(slot) + headBytes + rowOf(slot) * this.#rowBytes;
  }

  #sheet(sheet: number): Uint8Array {
    const slot = sheet << rowBits;
    const at = this.#sheetAt(slot);
    return this.#buffer(slot).subarray(at, at + this.#sheetBytes);
  }

  #isTaken(slot: Slot): boolean {
    return isTaken(this.#buffer(slot), this.#sheetAt(slot), slot);
  }

  #flip(slot: Slot): void {
    flip(this.#buffer(slot), this.#sheetAt(slot), slot);
  }

  #newSheet(): void {
    const sheet = this.#sheets;
    this.#sheets += 1;
    if ((sheet & (bufferSheets - 1)) === 0) {
      const buffer = new Uint8Array(bufferSheets * this.#sheetBytes);
      this.#buffers.push(buffer);
      this.#views.push(new DataView(buffer.buffer));
    }
    for (let row = this.#sheetRows - 1; row >= 0; row--) this.#free.push((sheet << rowBits) | row);
  }

  #isKeyOf(slot: Slot, key: Uint8Array): boolean {
    const buffer = this.#buffer(slot);
    const at = this.#rowAt(slot);
    for (let i = 0; i < key.length; i++) if (buffer[at + i] !== key[i]) return false;
    return true;
  }

  #hash(slot: Slot): number {
    const at = this.#rowAt(slot);
    return this.#index.hash(this.#buffer(slot), at, at + this.keyBytes);
  }

  /** @param slot holds its key already, and is not in the index yet */
  #enter(slot: Slot, hash: number): void {
    this.#size += 1;
    this.#edition = (this.#edition + 1) & 0x7fffffff;
    this.#index.enter(hash, slot);
  }

  get #rows(): number {
    return this.#sheets * this.#sheetRows;
  }

  #slotOfRow(row: number): Slot {
    const sheet = Math.floor(row / this.#sheetRows);
    return (sheet << rowBits) | (row - sheet * this.#sheetRows);
  }

  #leastWorthy(): Slot {
    const candidates = this.#candidates;
    const wanted = candidates.size === 0 ? mostCandidates : sampled;
    for (let picked = 0; picked < wanted;) {
      this.#random = nextRandom(this.#random);
      const slot = this.#slotOfRow((this.#random >>> 0) % this.#rows);
      if (!this.#isTaken(slot)) continue;
      picked += 1;
      candidates.propose(slot, this.#worth(slot));
    }
    return candidates.take((slot) => (this.#isTaken(slot) ? this.#worth(slot) : undefined));
  }
}
