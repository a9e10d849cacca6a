/** Addresses and networks for tests: from text that must be good, and at random. */
import fc from 'fast-check';
import {
  type Address,
  addressBits,
  addressOf,
  type Family,
  parseAddress,
} from '../../src/net/address.js';
import {type Network, parseNetwork} from '../../src/net/network.js';

export function address(text: string): Address {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(`${text} is no address`);
  return parsed;
}

export function network(text: string): Network {
  const parsed = parseNetwork(text);
  if (parsed === undefined) throw new Error(`${text} is no network`);
  return parsed;
}

export const families = fc.constantFrom<Family>(4, 6);

/** v4-mapped values belong to IPv4, so no IPv6 address has one. */
const isMapped = (family: Family, value: bigint): boolean =>
  family === 6 && value >> 32n === 0xffffn;

/** Half of all values, and values with long rows of zeros and ones, where the forms differ. */
const valuesOf = (family: Family): fc.Arbitrary<bigint> => {
  const groups = family === 4 ? 2 : 8;
  const group = fc.oneof(fc.constantFrom(0, 0, 1, 0xff, 0xffff), fc.nat(0xffff));
  return fc
    .array(group, {minLength: groups, maxLength: groups})
    .map((all) => all.reduce((sum, each) => (sum << 16n) | BigInt(each), 0n));
};

export const addressesOf = (family: Family): fc.Arbitrary<Address> =>
  valuesOf(family)
    .filter((value) => !isMapped(family, value))
    .map((value) => addressOf(family, value));

export const addresses: fc.Arbitrary<Address> = families.chain(addressesOf);

/** Any network of a family, written with host bits set. */
export const networkTextsOf = (
  family: Family,
  shortest = 1,
): fc.Arbitrary<{text: string; base: Address; prefix: number}> =>
  fc
    .tuple(addressesOf(family), fc.integer({min: shortest, max: addressBits[family]}))
    .map(([base, prefix]) => ({text: `${base.text}/${prefix}`, base, prefix}));

export const networkTexts = families.chain((family) => networkTextsOf(family));

export const networks: fc.Arbitrary<Network> = networkTexts.map(({text}) => network(text));
