/**
 * Text as an operator searches for it: fixed text anywhere, or with `*` in it a pattern that must
 * fit the whole. Capital and small letters are the same. No regular expressions: the searched text
 * is hostile, and the length of the text bounds the time of a pattern.
 */

export interface Pattern {
  /** Between the `*`, in small letters. */
  readonly pieces: readonly string[];
  /**
   * The longest word in it. In whatever text the pattern fits, this stands too, also where lines of it were put
   * together: only blanks change then.
   */
  readonly word: string;
}

/** Longest pattern. Characters: longer than a line of an address or a subject. */
export const patternCharacters = 200;

export function patternOf(text: string): Pattern {
  const pieces = text.toLowerCase().split('*');
  const words = pieces.flatMap((piece) => piece.split(/\s+/));
  const word = words.reduce((longest, each) => (each.length > longest.length ? each : longest), '');
  return {pieces, word};
}

export function fits({pieces}: Pattern, text: string): boolean {
  const where = text.toLowerCase();
  const [first = '', ...rest] = pieces;
  const last = rest.pop();
  if (last === undefined) return where.includes(first);
  if (!where.startsWith(first)) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = where.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return where.length - last.length >= at && where.endsWith(last);
}
