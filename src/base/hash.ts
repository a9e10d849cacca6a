/** A number for a text, where the text itself would take too much memory. */

/** How far a hash is: two numbers of 32 bits. */
export interface HashSoFar {
  readonly low: number;
  readonly high: number;
}

/** Two FNV-1a of different multipliers. */
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
 * 53 bits of both: with 32 bits two texts with one hash are found in a second. Good enough where such a
 * pair helps nobody much; no cryptography.
 */
export const hashOf = (text: string): number => hashFrom(hashOn(text));

export const hashFrom = ({low, high}: HashSoFar): number => (high >>> 11) * 2 ** 32 + (low >>> 0);
