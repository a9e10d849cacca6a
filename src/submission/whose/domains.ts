/**
 * Estimates how many domains a sender writes to, in a fixed number of bits (linear counting, Whang et al. 1990). Each
 * domain sets one bit, and the share of unset bits shows how many domains there were. Also finds the domains in a list
 * of recipients.
 */
import {hashOf} from '../../base/hash.js';

/** Bits of a sketch. A count: it distinguishes 600 domains from 700, which is enough for "very many". */
const sketchBits = 128;

export const emptySketch = '0'.repeat(sketchBits / 4);

export function withDomains(sketch: string, domains: readonly string[]): string {
  if (domains.length === 0) return sketch;
  const digits = Array.from(sketch, (digit) => Number.parseInt(digit, 16));
  for (const domain of domains) {
    const bit = hashOf(domain) % sketchBits;
    digits[bit >> 2] = (digits[bit >> 2] ?? 0) | (1 << (bit & 3));
  }
  return digits.map((digit) => digit.toString(16)).join('');
}

export const union = (one: string, other: string): string =>
  Array.from(one, (digit, at) =>
    (Number.parseInt(digit, 16) | Number.parseInt(other[at] ?? '0', 16)).toString(16),
  ).join('');

/** About how many domains the sketch has. If all bits are set, the largest number that it can show. */
export function domainCount(sketch: string): number {
  let unset = 0;
  for (const digit of sketch) {
    for (let bit = 0; bit < 4; bit++) {
      if ((Number.parseInt(digit, 16) & (1 << bit)) === 0) unset += 1;
    }
  }
  return Math.round(sketchBits * Math.log(sketchBits / Math.max(unset, 1)));
}

/** The domain in a recipient as the mailer logs it; a local mailbox has none. */
const domain = /@([\w.-]{1,190})>?$/;

/** The domains that are named, each once, in lower case. */
export function domainsIn(recipients: readonly string[]): string[] {
  const found = recipients.flatMap((recipient) => domain.exec(recipient)?.[1]?.toLowerCase() ?? []);
  return [...new Set(found)];
}

/** A hash of each recipient, from which the address cannot be read. */
export const peopleIn = (recipients: readonly string[]): number[] =>
  recipients.map((recipient) => hashOf(recipient.toLowerCase().replace(/^<|>$/g, '')));
