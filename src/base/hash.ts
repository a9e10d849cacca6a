/** A number for a text, where the text itself would take too much memory. */

/**
 * Two FNV-1a of different multipliers, 53 bits together: with 32 bits two texts with one hash are
 * found in a second. Good enough where such a pair helps nobody much; no cryptography.
 */
export function hashOf(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x5bd1e995;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0x9e3779b1);
  }
  return (high >>> 11) * 2 ** 32 + (low >>> 0);
}
