/**
 * Text as an operator looks for it: fixed text that may stand anywhere, or with `*` in it a pattern that
 * must fit the whole. Capital and small letters are the same. No regular expressions: what is looked
 * through is hostile, and the time of a pattern is bounded by the length of the text.
 */

export interface Pattern {
  /** Between the `*`, in small letters. */
  readonly pieces: readonly string[];
}

/** Longest pattern. Characters: longer than a line of an address or a subject. */
export const patternCharacters = 200;

export const patternOf = (text: string): Pattern => ({pieces: text.toLowerCase().split('*')});

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
