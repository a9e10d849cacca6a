/** Comparing bytes with a text, for what must be decided before a string is worth making. */

/** What is used here of Node's Buffer: this folder does not know Node. */
export interface Bytes extends Uint8Array {
  toString(encoding?: 'latin1', start?: number, end?: number): string;
}

/** A line longer than this is no line of a mailer (SYSLOG_BUFSIZE 1 KiB, rsyslog 8 KiB). Bytes. */
export const longestLineBytes = 16 * 1024;

export const bytesOf = (text: string): Uint8Array =>
  Uint8Array.from(text, (character) => character.charCodeAt(0));

export function startsWith(bytes: Uint8Array, at: number, text: Uint8Array): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text[i]) return false;
  return true;
}
