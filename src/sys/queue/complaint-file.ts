/** Reads the beginning of a message that led to a complaint: from a file, or from standard input. */
import fs from 'node:fs';
import {openToRead} from '../disk/regular-file.js';

/** Of a message that has to be taken whole so much is read. Bytes: mailers take some 100 MB at most. */
const mostTakenBytes = 1024 * 1024 * 1024;

/**
 * @param path `-` is standard input
 * @param rest `taken`: reads the rest of standard input too, and drops it. A mailer that writes a message into a
 *   program takes a program that ends earlier to have failed
 * @returns the text; each byte is a character
 * @throws Error that says why it cannot be read
 */
export async function readBeginning(
  path: string,
  mostBytes: number,
  rest: 'left' | 'taken' = 'left',
): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    const stream =
      path === '-'
        ? process.stdin
        : fs.createReadStream('', {fd: openToRead(path), end: mostBytes - 1});
    const untilBytes = rest === 'taken' ? mostTakenBytes : mostBytes;
    for await (const part of stream) {
      if (bytes < mostBytes) parts.push(part as Buffer);
      bytes += (part as Buffer).length;
      if (bytes >= untilBytes) break;
    }
  } catch (error) {
    throw new Error(reasonOf(error as NodeJS.ErrnoException, path));
  }
  return Buffer.concat(parts).toString('latin1', 0, mostBytes);
}

/** In the words of other messages, and with the name that was given. */
function reasonOf({code, message}: NodeJS.ErrnoException, path: string): string {
  if (code === 'ENOENT') return `${path}: no such file`;
  if (code === 'EACCES') return `${path}: permission denied`;
  if (code === 'EISDIR') return `${path}: expected a regular file`;
  return message;
}
