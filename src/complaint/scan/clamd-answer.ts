/**
 * Reads what clamd answers to a stream. Only an answer that is whole, and says so, is a verdict: whatever
 * else comes means that the message was not scanned, and never that it is clean.
 */
import {printable} from '../../base/printable.js';

export type ScanVerdict =
  | {readonly kind: 'clean'}
  /** `name`: as clamd has it, printable. */
  | {readonly kind: 'found'; readonly name: string}
  | {readonly kind: 'unscanned'; readonly why: string};

/** The longest answer. Bytes: a name has some 60. */
export const longestAnswerBytes = 4096;
/** Length of a name. Characters. */
const mostNameCharacters = 200;

const found = /^stream: ([^\0\n]{1,1000}) FOUND\0$/;
/** What `ExtendedDetectionInfo`, on by default in Debian, puts behind a name: hash and size of what was scanned. */
const extended = /\([0-9a-f]{32,64}:\d{1,15}\)$/;

/** @param answer all that came before clamd closed the connection; each character is a byte */
export function readScanAnswer(answer: string): ScanVerdict {
  if (answer === 'stream: OK\0') return {kind: 'clean'};
  const [, name] = found.exec(answer) ?? [];
  if (name !== undefined) {
    return {kind: 'found', name: printable(name.replace(extended, ''), mostNameCharacters)};
  }
  const said = printable(answer.replaceAll('\0', ' ').trim(), mostNameCharacters);
  const why = said === '' ? 'clamd gave no verdict' : `clamd says: ${said}`;
  return {kind: 'unscanned', why};
}
