/**
 * A table of a million small entries: numbers in typed arrays, where an object each would take three
 * times the memory and the collector's time. Keys and entries have fixed lengths; what the bytes of an
 * entry mean is its user's. Knows which entries have changed since they were last saved, as `Table`
 * does. Does not know where they are saved (`sys/disk/store.ts`).
 */

export interface PackedLayout {
  /** Of a key. Bytes, 1 to 32. */
  readonly keyBytes: number;
  /** Of an entry without its key. Bytes, 1 to 4096. */
  readonly entryBytes: number;
}

/** A key and its entry, as they are saved. */
export type PackedRow = readonly [key: Uint8Array, entry: Uint8Array];

interface PackedChanges {
  readonly put: Iterable<PackedRow>;
  readonly deleted: Iterable<Uint8Array>;
}

/** An entry's number while it is in the table; after it was removed another may get it. */
export type Slot = number;

/** Entries of one page: memory grows page by page, and nothing is copied. A count. */
const pageSlots = 4096;

/** Entries of which the least worthy is pushed out of a full table. A count. */
const sampled = 16;

/** The index is at most so full. A ratio: beyond it a search becomes long. */
const fullest = 0.6;

const none = -1;

export class PackedTable {
  readonly keyBytes: number;
  readonly #rowBytes: number;
  readonly #salt: number;
  readonly #pages: {readonly view: DataView; readonly bytes: Uint8Array}[] = [];
  /** Slot + 1 by the hash of its key; 0 where none is. */
  #index = new Uint32Array(1024);
  /** Whether a slot is taken. */
  #taken = new Uint8Array(pageSlots);
  readonly #free: Slot[] = [];
  #slots = 0;
  #size = 0;
  #most = Number.POSITIVE_INFINITY;
  #worth: (slot: Slot) => number = () => 0;
  readonly #changed: Set<Slot> | undefined;
  readonly #deleted = new Map<string, Uint8Array>();
  #random = 0x9e3779b9;

  /**
   * @param saved rows of this layout; those of another length are passed over
   * @param use `unsaved`: nobody will ask what has changed
   * @param salt makes the places of keys unknown to whoever may choose keys
   */
  constructor(
    {keyBytes, entryBytes}: PackedLayout,
    saved: Iterable<PackedRow> = [],
    use: 'saved' | 'unsaved' = 'saved',
    salt = 0,
  ) {
    [this.keyBytes, this.#rowBytes, this.#salt] = [keyBytes, keyBytes + entryBytes, salt];
    for (const [key, entry] of saved) {
      if (key.length !== keyBytes || entry.length !== entryBytes) continue;
      this.entry(this.add(key)).set(entry);
    }
    this.#changed = use === 'saved' ? new Set() : undefined;
  }

  /**
   * From now on `add` pushes an entry of little worth out where there are more than so many: the least
   * worthy of some that are picked at random.
   *
   * @param most entries, a count of 1 or more
   */
  limitTo(most: number, worth: (slot: Slot) => number): void {
    if (!(most >= 1)) throw new RangeError(`a table for at most ${most} entries`);
    [this.#most, this.#worth] = [most, worth];
  }

  get size(): number {
    return this.#size;
  }

  find(key: Uint8Array): Slot | undefined {
    const place = this.#placeOf(key);
    const found = this.#index[place]! - 1;
    return found === none ? undefined : found;
  }

  /** The entry of the key, all bytes 0 where it is new. */
  add(key: Uint8Array): Slot {
    if (key.length !== this.keyBytes) throw new RangeError(`a key of ${key.length} bytes`);
    const found = this.find(key);
    if (found !== undefined) return found;
    if (this.#size >= this.#most) this.remove(this.#leastWorthy());
    if (this.#size + 1 > this.#index.length * fullest) this.#growIndex();
    const slot = this.#free.pop() ?? this.#newSlot();
    const at = this.#rowAt(slot);
    const {bytes} = this.#page(slot);
    bytes.fill(0, at, at + this.#rowBytes);
    bytes.set(key, at);
    this.#taken[slot] = 1;
    this.#size += 1;
    this.#index[this.#placeOf(key)] = slot + 1;
    this.touch(slot);
    return slot;
  }

  remove(slot: Slot): void {
    const key = this.key(slot).slice();
    this.#unindex(this.#placeOf(key));
    this.#taken[slot] = 0;
    this.#free.push(slot);
    this.#size -= 1;
    if (this.#changed === undefined) return;
    this.#changed.delete(slot);
    this.#deleted.set(String.fromCharCode(...key), key);
  }

  /** Must be called after bytes of `entry` were changed in place; `set…` calls it. */
  touch(slot: Slot): void {
    this.#changed?.add(slot);
  }

  key(slot: Slot): Uint8Array {
    const at = this.#rowAt(slot);
    return this.#page(slot).bytes.subarray(at, at + this.keyBytes);
  }

  /** The bytes themselves, not a copy. */
  entry(slot: Slot): Uint8Array {
    const at = this.#rowAt(slot);
    return this.#page(slot).bytes.subarray(at + this.keyBytes, at + this.#rowBytes);
  }

  u8(slot: Slot, field: number): number {
    return this.#page(slot).view.getUint8(this.#rowAt(slot) + this.keyBytes + field);
  }

  u16(slot: Slot, field: number): number {
    return this.#page(slot).view.getUint16(this.#rowAt(slot) + this.keyBytes + field);
  }

  u32(slot: Slot, field: number): number {
    return this.#page(slot).view.getUint32(this.#rowAt(slot) + this.keyBytes + field);
  }

  f32(slot: Slot, field: number): number {
    return this.#page(slot).view.getFloat32(this.#rowAt(slot) + this.keyBytes + field);
  }

  setU8(slot: Slot, field: number, value: number): void {
    this.#page(slot).view.setUint8(this.#rowAt(slot) + this.keyBytes + field, value);
    this.touch(slot);
  }

  setU16(slot: Slot, field: number, value: number): void {
    this.#page(slot).view.setUint16(this.#rowAt(slot) + this.keyBytes + field, value);
    this.touch(slot);
  }

  setU32(slot: Slot, field: number, value: number): void {
    this.#page(slot).view.setUint32(this.#rowAt(slot) + this.keyBytes + field, value);
    this.touch(slot);
  }

  setF32(slot: Slot, field: number, value: number): void {
    this.#page(slot).view.setFloat32(this.#rowAt(slot) + this.keyBytes + field, value);
    this.touch(slot);
  }

  /** All slots in use; entries may be changed and removed meanwhile, not added. */
  *slots(): Generator<Slot> {
    for (let slot = 0; slot < this.#slots; slot++) if (this.#taken[slot] === 1) yield slot;
  }

  changes(): PackedChanges {
    const rowOf = (slot: Slot): PackedRow => [this.key(slot), this.entry(slot)];
    const changed = this.#changed ?? new Set<Slot>();
    const gone = [...this.#deleted.values()].filter((key) => this.find(key) === undefined);
    return {
      put: {
        *[Symbol.iterator]() {
          for (const slot of changed) yield rowOf(slot);
        },
      },
      deleted: gone,
    };
  }

  /** What `changes` gave is safe. */
  saved(): void {
    this.#changed?.clear();
    this.#deleted.clear();
  }

  #page(slot: Slot): {readonly view: DataView; readonly bytes: Uint8Array} {
    return this.#pages[Math.floor(slot / pageSlots)]!;
  }

  #rowAt(slot: Slot): number {
    return (slot % pageSlots) * this.#rowBytes;
  }

  #newSlot(): Slot {
    const slot = this.#slots;
    this.#slots += 1;
    if (slot % pageSlots === 0) {
      const bytes = new Uint8Array(pageSlots * this.#rowBytes);
      this.#pages.push({bytes, view: new DataView(bytes.buffer)});
    }
    if (slot >= this.#taken.length) {
      const more = new Uint8Array(this.#taken.length * 2);
      more.set(this.#taken);
      this.#taken = more;
    }
    return slot;
  }

  /** Where the key stands in the index, or would. */
  #placeOf(key: Uint8Array): number {
    const mask = this.#index.length - 1;
    let place = this.#hash(key, 0) & mask;
    for (;;) {
      const slot = this.#index[place]! - 1;
      if (slot === none || this.#isKeyOf(slot, key)) return place;
      place = (place + 1) & mask;
    }
  }

  #isKeyOf(slot: Slot, key: Uint8Array): boolean {
    const {bytes} = this.#page(slot);
    const at = this.#rowAt(slot);
    for (let i = 0; i < key.length; i++) if (bytes[at + i] !== key[i]) return false;
    return true;
  }

  #hash(bytes: Uint8Array, at: number): number {
    let hash = this.#salt;
    for (let i = at; i < at + this.keyBytes; i++) {
      hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
      hash ^= hash >>> 15;
    }
    hash = Math.imul(hash, 0x85ebca6b);
    return (hash ^ (hash >>> 13)) >>> 0;
  }

  /** Takes a place out of the index, and moves those behind it that belong further to the front. */
  #unindex(place: number): void {
    const mask = this.#index.length - 1;
    let hole = place;
    let next = (place + 1) & mask;
    while (this.#index[next] !== 0) {
      const slot = this.#index[next]! - 1;
      const home = this.#hash(this.#page(slot).bytes, this.#rowAt(slot)) & mask;
      if (((next - home) & mask) >= ((next - hole) & mask)) {
        this.#index[hole] = slot + 1;
        hole = next;
      }
      next = (next + 1) & mask;
    }
    this.#index[hole] = 0;
  }

  #growIndex(): void {
    this.#index = new Uint32Array(this.#index.length * 2);
    for (const slot of this.slots()) this.#index[this.#placeOf(this.key(slot))] = slot + 1;
  }

  #leastWorthy(): Slot {
    let least = none;
    let worth = Number.POSITIVE_INFINITY;
    for (let picked = 0; picked < sampled;) {
      const slot = this.#nextRandom() % this.#slots;
      if (this.#taken[slot] !== 1) continue;
      picked += 1;
      const one = this.#worth(slot);
      if (least === none || one < worth) [least, worth] = [slot, one];
    }
    return least;
  }

  /** xorshift (Marsaglia 2003): the same entries are picked in each run. */
  #nextRandom(): number {
    let x = this.#random;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#random = x >>> 0;
    return this.#random;
  }
}
