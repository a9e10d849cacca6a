/**
 * Finds the slot of a key by the key's hash, for `packed-table.ts`: open addressing with linear search.
 * It does not know the keys: two keys may have the same hash, so its user compares them.
 */

/** How full the index may become. A ratio: beyond it, searches become long. */
const fullest = 0.6;

/** Places at the start. A count: always a power of two. */
const firstPlaces = 1024;

export class SlotIndex {
  readonly #salt: number;
  /** Two numbers for each place: the hash, and slot + 1; 0 if the place is empty. */
  #places = new Int32Array(2 * firstPlaces);
  #mask = firstPlaces - 1;
  #size = 0;

  /** @param salt 32 bits */
  constructor(salt: number) {
    this.#salt = salt;
  }

  /** Two multiplications for each word. Without the salt nobody can choose keys that collide. */
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
   * @param from the hash itself, or the place after the one found before
   * @returns the next place with this hash; -1 if there is none
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

  /** @param slot is not in the index yet */
  enter(hash: number, slot: number): void {
    this.#size += 1;
    if (this.#size > (this.#mask + 1) * fullest) this.#grow();
    this.#put(hash, slot);
  }

  /**
   * Moves entries behind it forward if they belong further to the front. Leaving a mark in the place
   * instead would make every search longer.
   *
   * @param slot is in the index under this hash
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

/** The mixer of MurmurHash3 (Appleby): each bit of the word changes half of the bits of the result. */
function mixed(word: number): number {
  const once = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return twice ^ (twice >>> 16);
}
