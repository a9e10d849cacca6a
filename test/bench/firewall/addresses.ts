/** Addresses to block, spread over the whole space like those of real guessers. The same in every run. */
import {addressOf, type Family} from '../../../src/net/address.js';
import {Random} from '../traffic/random.js';

const SEED = 25;
/** Whether no host on the Internet has addresses with this first octet: loopback, multicast and above. */
const isNobody = (first: number): boolean => first === 0 || first === 127 || first >= 224;
/** Networks of RFC 5737, which the measurements need for themselves. */
const ours = ['192.0.2.', '198.51.100.', '203.0.113.'];

export function addresses(family: Family, count: number): string[] {
  const random = new Random(SEED + family);
  const found = new Set<string>();
  while (found.size < count) {
    const text = family === 4 ? address4(random) : address6(random);
    if (text !== undefined) found.add(text);
  }
  return [...found];
}

function address4(random: Random): string | undefined {
  const numbers = Array.from({length: 4}, () => random.below(256));
  const text = numbers.join('.');
  return isNobody(numbers[0]!) || ours.some((start) => text.startsWith(start)) ? undefined : text;
}

/** An address in 2000::/3: bits of a provider, of a customer, and of the client itself. */
function address6(random: Random): string {
  const groups = Array.from({length: 8}, () => random.below(65_536));
  groups[0] = 0x2000 + (groups[0]! & 0x1fff);
  const value = groups.reduce((sum, group) => (sum << 16n) | BigInt(group), 0n);
  return addressOf(6, value).text;
}

/** The same items in a random order. */
export function shuffled<T>(all: readonly T[], random = new Random(SEED)): T[] {
  const left = [...all];
  for (let i = left.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [left[i], left[j]] = [left[j]!, left[i]!];
  }
  return left;
}
