/**
 * Reads clamd's answer to a stream. Only a whole answer of a known form is a verdict. Any other
 * answer means that the message was not scanned, and never that it is clean.
 */
import {printable} from '../../base/printable.js';

export type ScanVerdict =
  | {readonly kind: 'clean'}
  /** `name`: clamd's name for it, printable. */
  | {readonly kind: 'found'; readonly name: string}
  | {readonly kind: 'unscanned'; readonly why: string};

/** Length of an answer. Bytes: a name has some 60. */
export const longestAnswerBytes = 4096;
/** Length of a name. Characters. */
const mostNameCharacters = 200;

const found = /^stream: ([^\0\n]{1,1000}) FOUND\0$/;
/** Hash and size of the scanned data: `ExtendedDetectionInfo`, on by default in Debian, appends them to a name. */
const extended = /\([0-9a-f]{32,64}:\d{1,15}\)$/;

/** @param answer everything that came before clamd closed the connection; each character is a byte */
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
