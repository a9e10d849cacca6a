/**
 * The text for which an operator searches: fixed text that may be anywhere, or, with `*` in it, a pattern that must
 * fit the whole. Upper and lower case are the same. Regular expressions were refused: the searched text
 * is hostile, and here the length of the text bounds the time.
 */

export interface Pattern {
  /** The texts between the `*`, in lower case. */
  readonly pieces: readonly string[];
  /**
   * The longest word of the pattern. Each text that the pattern fits contains this word, even if lines of the text were
   * joined: that changes only blanks.
   */
  readonly word: string;
}

/** Length of a pattern. Characters: longer than a usual address or subject. */
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
