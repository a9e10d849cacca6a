/** Reads the message that led to a complaint: a file, or standard input. Only its beginning. */
import fs from 'node:fs';
import {openToRead} from '../disk/regular-file.js';

/**
 * @param path `-` is standard input
 * @returns each byte a character
 * @throws the system's error when it cannot be opened
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
