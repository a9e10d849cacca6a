/**
 * Reads the report of the last look at a client before the hand-over, line by line.
 * `sys/greeting/last-look.ts` writes it. The client's words in it are hostile text, and are made
 * printable here.
 */
import {printable} from '../../base/printable.js';
import {longestSaid} from '../report-shape.js';

export type LastLook =
  /** The command has the connection. */
  | {readonly kind: 'handed'}
  /** `said`: the first bytes that the client sent. */
  | {readonly kind: 'early'; readonly said: string}
  | {readonly kind: 'left'}
  | {readonly kind: 'failed'; readonly why: string};

/** Longest reason why a hand-over failed. Characters. */
const longestWhy = 200;

/** The last line counts: after `handed` the look can still report that it cannot run the command. */
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

/** @param hex two hexadecimal digits for each byte */
function saidOf(hex: string): string {
  const bytes = hex.match(/[0-9a-f]{2}/gi) ?? [];
  return shownWords(String.fromCharCode(...bytes.map((byte) => Number.parseInt(byte, 16))));
}

/** Makes the words of an early talker fit for a report: one line of printable characters, cut. */
export const shownWords = (text: string): string => printable(text.trimEnd(), longestSaid);
