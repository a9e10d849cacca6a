/** Finds the programs that accept connections at a port of ours, even only at loopback. Decides nothing. */
import fs from 'node:fs';
import {readFile} from 'node:fs/promises';
import type {PortProgram} from '../../../greeting/at-port.js';
import {socketsAtPort} from '../../../net/socket-table.js';
import {linkOf} from '../links.js';
import {holdersOf, userOf} from './socket-holders.js';

/** So much of a process's arguments is read. Bytes. */
const mostBytes = 4096;

/** @returns empty if no program listens, or if we may not look */
export async function programsAtPort(port: number): Promise<readonly PortProgram[]> {
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/self/net/${name}`, 'latin1').catch(() => '')),
  );
  const {listening} = socketsAtPort(tables.join('\n'), port);
  if (listening.size === 0) return [];
  const holders = await holdersOf([...listening].map((inode) => ({inode, uid: 0})));
  const pids = new Set([...holders.values()].flat().map(({pid}) => pid));
  return [...pids].map((pid) => {
    const user = userOf(pid) === 0 ? 'root' : 'other';
    const path = linkOf(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, '');
    // Only for root, because another user could make us wait for the command line of a process.
    return {pid, path, user, words: user === 'root' ? wordsOf(pid) : []};
  });
}

function wordsOf(pid: number): readonly string[] {
  let file: number | undefined;
  try {
    file = fs.openSync(`/proc/${pid}/cmdline`, 'r');
    const bytes = Buffer.alloc(mostBytes);
    return bytes.toString('latin1', 0, fs.readSync(file, bytes)).split('\0');
  } catch {
    return []; // it has ended
  } finally {
    if (file !== undefined) fs.closeSync(file);
  }
}
