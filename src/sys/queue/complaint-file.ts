/** Reads the beginning of a message that led to a complaint: from a file, or from standard input. */
import fs from 'node:fs';
import {openToRead} from '../disk/regular-file.js';

/**
 * @param path `-` is standard input
 * @returns the text; each byte is a character
 * @throws the system's error if it cannot be opened
 */
export async function readBeginning(path: string, mostBytes: number): Promise<string> {
  const stream =
    path === '-'
      ? process.stdin
      : fs.createReadStream('', {fd: openToRead(path), end: mostBytes - 1});
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of stream) {
    parts.push(part as Buffer);
    bytes += (part as Buffer).length;
    if (bytes >= mostBytes) break;
  }
  return Buffer.concat(parts).toString('latin1', 0, mostBytes);
}
