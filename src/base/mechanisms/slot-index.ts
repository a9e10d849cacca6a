/**
 * Finds the slot of a key by the key's hash, for `packed-table.ts`: open addressing with linear search.
 * Does not know the keys: two may have one hash, so its user compares.
 */

/** The index is at most so full. A ratio: beyond it a search becomes long. */
const fullest = 0.6;

/** A count: a power of two, as ever after. */
const firstPlaces = 1024;

export class SlotIndex {
  readonly #salt: number;
  /** Two numbers a place: a hash, and slot + 1; 0 where none is. */
  #places = new Int32Array(2 * firstPlaces);
  #mask = firstPlaces - 1;
  #size = 0;

  /** @param salt 32 bits */
  constructor(salt: number) {
    this.#salt = salt;
  }

  /** Two multiplications a word: without the salt nobody finds keys that meet in one place. */
  hash(bytes: Uint8Array, start: number, end: number): number {
    let hash = this.#salt;
    let i = start;
    for (; i + 4 <= end; i += 4) {
      const word = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
      hash = mixed(hash ^ word);
    }
    for (; i < end; i++) hash = mixed(hash ^ bytes[i]!);
    return hash;
  }

  /**
   * The next place with this hash; -1 when there is none.
   *
   * @param from the hash itself, or behind the place that was found before
   */
  next(hash: number, from: number): number {
    const [places, mask] = [this.#places, this.#mask];
    for (let place = from & mask; places[2 * place + 1] !== 0; place = (place + 1) & mask) {
      if (places[2 * place] === hash) return place;
    }
    return -1;
  }

  slotAt(place: number): number {
    return this.#places[2 * place + 1]! - 1;
  }

  /** @param slot that is not in the index */
  enter(hash: number, slot: number): void {
    this.#size += 1;
    if (this.#size > (this.#mask + 1) * fullest) this.#grow();
    this.#put(hash, slot);
  }

  /**
   * Moves those behind it that belong further to the front: a mark in its place would make each search
   * longer.
   *
   * @param slot that is in the index with this hash
   */
  remove(hash: number, slot: number): void {
    const [places, mask] = [this.#places, this.#mask];
    let hole = hash & mask;
    while (places[2 * hole + 1] !== slot + 1) hole = (hole + 1) & mask;
    for (let next = (hole + 1) & mask; places[2 * next + 1] !== 0; next = (next + 1) & mask) {
      const home = places[2 * next]! & mask;
      if (((next - home) & mask) < ((next - hole) & mask)) continue;
      places[2 * hole] = places[2 * next]!;
      places[2 * hole + 1] = places[2 * next + 1]!;
      hole = next;
    }
    places[2 * hole + 1] = 0;
    this.#size -= 1;
  }

  #put(hash: number, slot: number): void {
    const [places, mask] = [this.#places, this.#mask];
    let place = hash & mask;
    while (places[2 * place + 1] !== 0) place = (place + 1) & mask;
    places[2 * place] = hash;
    places[2 * place + 1] = slot + 1;
  }

  #grow(): void {
    const before = this.#places;
    this.#places = new Int32Array(before.length * 2);
    this.#mask = before.length - 1;
    for (let i = 0; i < before.length; i += 2) {
      if (before[i + 1] !== 0) this.#put(before[i]!, before[i + 1]! - 1);
    }
  }
}

/** As in MurmurHash3 (Appleby): each bit of the word changes half of the bits. */
function mixed(word: number): number {
  const once = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return twice ^ (twice >>> 16);
}
