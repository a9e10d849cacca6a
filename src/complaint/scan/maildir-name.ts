/**
 * Names of files in a Maildir: `UNIQUE` in `new`, `UNIQUE:2,FLAGS` in `cur`. Decides the name of a message
 * in the folder to which it is moved, and which names are none of a message.
 */

/** Length of one name. Bytes: what file systems allow. */
const mostNameBytes = 255;

/** A message that was answered for: `P`, passed on. Its other flags stay, in the order of the alphabet. */
export function movedName(name: string): string {
  const [, unique = name, flags] = /^(.*):2,([A-Za-z]*)$/.exec(name) ?? [];
  // Another kind of information behind the colon stays as it is.
  if (flags === undefined && name.includes(':')) return name;
  const all = [...new Set(`${flags ?? ''}P`.match(/[A-Za-z]/g))].sort().join('');
  const moved = `${unique}:2,${all}`;
  return moved.length > mostNameBytes ? name : moved;
}

/** Maildir: a name that begins with a dot is no message, and neither is one with a `/`. */
export const isMessageName = (name: string): boolean =>
  name !== '' && !name.startsWith('.') && !name.includes('/') && !name.includes('\0');

/** Whether the name itself says when the message was delivered; else its file does. Seconds since the epoch. */
export function deliveredSeconds(name: string): number | undefined {
  const [, seconds] = /^(\d{9,11})\./.exec(name) ?? [];
  return seconds === undefined ? undefined : Number(seconds);
}
