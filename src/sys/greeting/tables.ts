/**
 * Reads the kernel's tables of TCP sockets as text, without blocking the event loop. `greeting/waiting/seen.ts` reads
 * the rows.
 */
import {readFile} from 'node:fs/promises';
import {isSocketTable} from '../../net/socket-table.js';
import {socketInodeAt} from '../proc/links.js';

/** Both tables, one after the other. @throws when one cannot be read, or is no table: every client would seem gone */
export async function socketTables(): Promise<string> {
  return (await Promise.all(['tcp', 'tcp6'].map(readTable))).join('\n');
}

async function readTable(name: string): Promise<string> {
  const path = `/proc/self/net/${name}`;
  const text = await readFile(path, 'latin1').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && name === 'tcp6') return '';
    throw error;
  });
  if (text !== '' && !isSocketTable(text)) throw new Error(`${path}: not a table of sockets`);
  return text;
}

/** The inode of the socket that is our standard input; undefined: standard input is no socket. */
export const inputSocket = (): string | undefined => socketAt(0);

/** Whether standard error output goes to the client, as under inetd. */
export const isErrorOutputTheInput = (): boolean =>
  socketAt(2) !== undefined && socketAt(2) === socketAt(0);

const socketAt = (descriptor: number): string | undefined =>
  socketInodeAt(`/proc/self/fd/${descriptor}`);
