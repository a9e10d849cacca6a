/** The beginning of a log, for programs that would take too long for all of it. */
import {closeSync, openSync, readSync, writeFileSync} from 'node:fs';

export type Piece = {path: string; lines: number; bytes: number; unknown: number};

/** Copies whole lines to `path`, at most `mostBytes`. */
export function cut(log: string, path: string, mostBytes: number): Piece {
  const buffer = Buffer.allocUnsafe(mostBytes);
  const file = openSync(log, 'r');
  let filled = 0;
  for (let got = -1; got !== 0; filled += got) got = readSync(file, buffer, {offset: filled});
  closeSync(file);
  const whole = buffer.subarray(0, buffer.lastIndexOf('\n', filled - 1) + 1);
  writeFileSync(path, whole);
  const unknown = count(whole, '... User unknown\n');
  return {path, lines: count(whole, '\n'), bytes: whole.length, unknown};
}

/** Reads a file once, so that it is in the page cache for every program after us. */
export function warm(path: string): void {
  const buffer = Buffer.allocUnsafe(1 << 20);
  const file = openSync(path, 'r');
  while (readSync(file, buffer) > 0);
  closeSync(file);
}

function count(text: Buffer, words: string): number {
  let found = 0;
  for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + 1)) found += 1;
  return found;
}
