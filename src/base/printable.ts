/** Makes foreign text fit to be shown, in a log line, a mail, a terminal; and to be kept. */

/**
 * Makes foreign text printable and short, for one line. Names and recipients are hostile: their
 * control characters would reach the terminal of anybody who reads the log.
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

/**
 * Text of `printable` or `printablePath` as a part of a line that has others: with anything in it that could
 * pass for what stands between them, it is put in quotes, which it cannot end itself. Two characters longer
 * then.
 */
export function quoted(clean: string): string {
  const [, name = '', deleted = ''] = /^(.*?)( \(deleted\))?$/.exec(clean) ?? [];
  return plainName.test(name) ? clean : `"${name.replaceAll(/["\\]/g, '?')}"${deleted}`;
}

/** Without a blank nothing can pass for `; ` or ` < `. */
const plainName = /^[^ ,"()]*$/;

/** Nearly all are clean already, which a look at each character tells ten times as fast. */
function cleaned(text: string): string {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code > 0x7e) return text.replaceAll(/[^\x20-\x7e]/g, '?');
  }
  return text;
}

/**
 * A value as JSON in ASCII only: JSON.stringify leaves DEL, C1 and all beyond as they are. A terminal
 * obeys a C1, and a mark that turns the direction of writing shows another line than stands there.
 */
export function asciiJson(value: unknown, indent?: number): string {
  const escape = (character: string): string =>
    `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value, null, indent).replaceAll(/[^\n\x20-\x7e]/g, escape);
}

/** A copy. In the engine a part of a text keeps all of it in memory: mostly the whole line of a log. */
export const detached = (part: string): string => ` ${part}`.slice(1);
