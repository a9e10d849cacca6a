/** Makes text from outside fit to print, in a log line, a mail, a terminal; and fit to keep. */

/**
 * Makes text from outside printable and short enough for one line. An attacker can choose names and
 * recipients; their control characters would reach the terminal of anybody who reads the log.
 */
export function printable(text: string, mostCharacters: number): string {
  const clean = cleaned(text);
  return clean.length <= mostCharacters ? clean : `${clean.slice(0, mostCharacters - 3)}...`;
}

/**
 * The same for a path. A long path is shortened in the middle, because its end says the most. The last
 * component is kept as far as it fits; at least a quarter of the room is left for the beginning.
 */
export function printablePath(text: string, mostCharacters: number): string {
  const clean = cleaned(text);
  if (clean.length <= mostCharacters) return clean;
  const room = mostCharacters - 3;
  const last = clean.length - Math.max(0, clean.lastIndexOf('/'));
  const first = Math.max(room - last, Math.floor(room / 4));
  return `${clean.slice(0, first)}...${clean.slice(clean.length - (room - first))}`;
}

/**
 * Prepares the text of `printable` or `printablePath` for a line that has other parts. If it contains
 * anything that could pass for a separator, it is put in quotes, which it cannot close itself. It is then
 * two characters longer.
 */
export function quoted(clean: string): string {
  const [, name = '', deleted = ''] = /^(.*?)( \(deleted\))?$/.exec(clean) ?? [];
  return plainName.test(name) ? clean : `"${name.replaceAll(/["\\]/g, '?')}"${deleted}`;
}

/** Without a blank, nothing can pass for `; ` or ` < `. */
const plainName = /^[^ ,"()]*$/;

/** Nearly all texts are clean; checking each character first finds that ten times as fast. */
function cleaned(text: string): string {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code > 0x7e) return text.replaceAll(/[^\x20-\x7e]/g, '?');
  }
  return text;
}

/**
 * A value as JSON in ASCII only. JSON.stringify leaves DEL, C1 and everything above as they are: a terminal
 * obeys C1 controls, and a direction mark makes a line look like another.
 */
export function asciiJson(value: unknown, indent?: number): string {
  const escape = (character: string): string =>
    `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value, null, indent).replaceAll(/[^\n\x20-\x7e]/g, escape);
}

/**
 * A copy. In the engine a part of a text keeps all of it in memory: mostly the whole line of a log. `join` writes a new
 * text, if it joins two texts that are not empty. Joining the characters one by one takes six times as long, and
 * leaves an array of them for the garbage collector.
 */
export const detached = (part: string): string => [part.slice(0, 1), part.slice(1)].join('');
