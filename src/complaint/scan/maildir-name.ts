/**
 * Names of files in a Maildir: `UNIQUE` in `new`, `UNIQUE:2,FLAGS` in `cur`. Decides the name of a message
 * in the folder to which it is moved, and which names do not belong to a message.
 */

/** Length of one name. Bytes: the limit of file systems. */
const mostNameBytes = 255;

/** A message gets the flag `P` (passed on) when a complaint about it was made. Its other flags stay, in alphabetical order. */
export function movedName(name: string): string {
  const [, unique = name, flags] = /^(.*):2,([A-Za-z]*)$/.exec(name) ?? [];
  // Information of another kind behind the colon stays as it is.
  if (flags === undefined && name.includes(':')) return name;
  const all = [...new Set(`${flags ?? ''}P`.match(/[A-Za-z]/g))].sort().join('');
  const moved = `${unique}:2,${all}`;
  return moved.length > mostNameBytes ? name : moved;
}

/** In a Maildir a name that begins with a dot is no message. A name with a `/` is none either. */
export const isMessageName = (name: string): boolean =>
  name !== '' && !name.startsWith('.') && !name.includes('/') && !name.includes('\0');

/** The delivery time in the name, in seconds since the epoch. If it has none, the time of the file counts. */
export function deliveredSeconds(name: string): number | undefined {
  const [, seconds] = /^(\d{9,11})\./.exec(name) ?? [];
  return seconds === undefined ? undefined : Number(seconds);
}
