/**
 * Reads what the last look before the hand-over reports about a client, line by line.
 * `sys/greeting/last-look.ts` writes it; what the client said is foreign text, and made printable
 * here.
 */
import {printable} from '../../base/printable.js';
import {longestSaid} from '../report-shape.js';

export type LastLook =
  /** The command has the connection. */
  | {readonly kind: 'handed'}
  /** `said`: its first bytes. */
  | {readonly kind: 'early'; readonly said: string}
  | {readonly kind: 'left'}
  | {readonly kind: 'failed'; readonly why: string};

/** Why a hand-over failed. Characters. */
const longestWhy = 200;

/** The last line counts: the look reports a command that it cannot run after the hand-over. */
export function readLastLook(text: string): LastLook {
  const [kind, rest] = splitOnce(text.trimEnd().split('\n').at(-1) ?? '');
  switch (kind) {
    case 'handed':
    case 'left':
      return {kind};
    case 'early':
      return {kind, said: saidOf(rest)};
    case 'failed':
      return {kind, why: printable(rest, longestWhy)};
    default:
      return {kind: 'failed', why: 'no word of the last look'};
  }
}

function splitOnce(line: string): [string, string] {
  const at = line.indexOf(' ');
  return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)];
}

/** From two hexadecimal digits for each byte. */
function saidOf(hex: string): string {
  const bytes = hex.match(/[0-9a-f]{2}/gi) ?? [];
  return shownWords(String.fromCharCode(...bytes.map((byte) => Number.parseInt(byte, 16))));
}

/** What an early talker said, as a report may hold it: one line of printable characters. */
export const shownWords = (text: string): string => printable(text.trimEnd(), longestSaid);
