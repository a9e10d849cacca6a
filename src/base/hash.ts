/** A number that stands for a text where the text itself would take too much memory. */

/** A hash that is not finished: two numbers of 32 bits. */
export interface HashSoFar {
  readonly low: number;
  readonly high: number;
}

/** Two FNV-1a hashes with different multipliers. */
export function hashOn(text: string, {low, high}: HashSoFar = nothing): HashSoFar {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0x9e3779b1);
  }
  return {low, high};
}

const nothing: HashSoFar = {low: 0x811c9dc5, high: 0x5bd1e995};

/**
 * The two hashes as one number of 53 bits. With 32 bits, somebody could find two texts with the same
 * hash in a second. Not cryptographic: use it only where such a pair gains an attacker little.
 */
export const hashOf = (text: string): number => hashFrom(hashOn(text));

export const hashFrom = ({low, high}: HashSoFar): number => (high >>> 11) * 2 ** 32 + (low >>> 0);
