/** Foreign text as it may be shown: in a log line, a mail, a terminal. */

/**
 * Foreign text as one printable, short piece of a line: names and recipients are hostile, and
 * control characters would reach the terminal of whoever reads the log.
 */
export function printable(text: string, mostCharacters: number): string {
  const clean = cleaned(text);
  return clean.length <= mostCharacters ? clean : `${clean.slice(0, mostCharacters - 3)}...`;
}

/**
 * The same for a path: what is too long is cut in the middle, for its end tells the most. The last
 * component stays as far as it fits, and at least a quarter is left for the beginning.
 */
export function printablePath(text: string, mostCharacters: number): string {
  const clean = cleaned(text);
  if (clean.length <= mostCharacters) return clean;
  const room = mostCharacters - 3;
  const last = clean.length - Math.max(0, clean.lastIndexOf('/'));
  const first = Math.max(room - last, Math.floor(room / 4));
  return `${clean.slice(0, first)}...${clean.slice(clean.length - (room - first))}`;
}

const cleaned = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, '?');
