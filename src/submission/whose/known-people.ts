/**
 * Remembers the recipients of a sender in a fixed number of bits (a Bloom filter): two bits
 * for each address. It shows whether an address is new, and never which addresses are known. The fuller it is, the more
 * new addresses look known. A known address does not look new, until much is forgotten.
 * `submission/strangers.ts` decides what a new address means.
 */

/** Characters of the filter, and bits of a character. Counts: with 1400 addresses half of the bits are set. */
const characters = 684;
const bitsOfCharacter = 6;
const bits = characters * bitsOfCharacter;
/** If more bits are set, each new address clears some. A share: one of four new addresses still looks new then. */
const fullShare = 0.85;

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const values: ReadonlyMap<string, number> = new Map(Array.from(alphabet, (each, i) => [each, i]));

/** The saved form: the bits, and how many of them are set. */
export interface KnownPeople {
  readonly bits: string;
  readonly count: number;
}

export const nobodyKnown: KnownPeople = {bits: 'A'.repeat(characters), count: 0};

/** Whether a text can be the bits. */
export const isBits = (text: string): boolean =>
  /^[\w-]+$/.test(text) && text.length === characters;

/** How many of those who are new look known: both of their bits are set by others. A share. */
export const looksKnown = ({count}: KnownPeople): number => (count / bits) ** 2;

interface Met {
  readonly known: KnownPeople;
  /** New addresses, each once. A count. */
  readonly fresh: number;
}

/** @param people hashes of 53 bits */
export function meet(before: KnownPeople, people: readonly number[]): Met {
  let known = before;
  let fresh = 0;
  for (const hash of people) {
    const places = placesOf(hash);
    if (places.every((place) => isSet(known, place))) continue;
    fresh += 1;
    if (known.count > fullShare * bits)
      known = placesOf(Math.floor(hash / 3) + bits / 2).reduce(cleared, known);
    known = places.reduce(withSet, known);
  }
  return {known, fresh};
}

const placesOf = (hash: number): readonly number[] => [
  hash % bits,
  Math.floor(hash / 2 ** 21) % bits,
];

const digitAt = ({bits: digits}: KnownPeople, place: number): number =>
  values.get(digits[Math.floor(place / bitsOfCharacter)] ?? 'A') ?? 0;

const bitOf = (place: number): number => 1 << (place % bitsOfCharacter);

const isSet = (known: KnownPeople, place: number): boolean =>
  (digitAt(known, place) & bitOf(place)) !== 0;

const withSet = (known: KnownPeople, place: number): KnownPeople =>
  isSet(known, place) ? known : changed(known, place, 1);

/** Clears a bit, and so forgets an old address. Chance decides which one. */
const cleared = (known: KnownPeople, place: number): KnownPeople =>
  isSet(known, place) ? changed(known, place, -1) : known;

function changed(known: KnownPeople, place: number, by: 1 | -1): KnownPeople {
  const at = Math.floor(place / bitsOfCharacter);
  const digit = alphabet[digitAt(known, place) ^ bitOf(place)] ?? 'A';
  const {bits: digits, count} = known;
  return {bits: digits.slice(0, at) + digit + digits.slice(at + 1), count: count + by};
}
