/**
 * Reads processes from /proc. Gives facts only: what they mean is decided in `log/attribute.ts` and
 * `reaper/`. A process may end between any two reads; then there are no facts.
 */
import fs from 'node:fs';
import type {ProcessFacts} from '../log/attribute.js';
import {findSockets, type SocketEntry} from '../net/socket-table.js';

/** USER_HZ: the unit of times in /proc/PID/stat, 100 on every Linux that Debian runs on. Per second. */
const ticksPerSecond = 100;

/** @returns undefined when there is no such process (any more), or it may not be looked at */
export function processFacts(pid: number, findSocketsOf: SocketFinder): ProcessFacts | undefined {
  const root = `/proc/${pid}`;
  try {
    const startedMs = bootMs() + (startTicks(pid) * 1000) / ticksPerSecond;
    const path = fs.readlinkSync(`${root}/exe`);
    const owner = fs.statSync(`${root}/exe`).uid === 0 ? 'root' : 'other';
    const title = titleOf(pid);
    return {pid, executable: {path, owner}, startedMs, title, sockets: findSocketsOf(root)};
  } catch {
    return undefined;
  }
}

/** Finds the TCP sockets of the process with this folder in /proc. */
export type SocketFinder = (root: string) => SocketEntry[];

export const noSockets: SocketFinder = () => [];

/** A remembered table is not believed for longer: inode numbers begin again some day. Ms. */
const longestMemoryMs = 60_000;

/**
 * Remembers the kernel's socket tables from one question to the next: the kernel walks its whole
 * hash to print one, which takes five milliseconds on an idle machine, and a guesser asks for a new
 * envelope with every name. A socket keeps its peer for life, so a remembered line is as good as a
 * new one; only a process without any is newer than the table, which is then read again.
 */
export class SocketTables {
  /** By path, and with it by network namespace: a container's sendmail has tables of its own. */
  readonly #tables = new Map<string, {readonly text: string; readonly readMs: number}>();

  readonly find: SocketFinder = (root) => {
    const inodes = socketInodes(root);
    if (inodes.length === 0) return [];
    const namespace = fs.readlinkSync(`${root}/ns/net`);
    const names = ['tcp', 'tcp6'] as const;
    for (const look of [this.#remembered, this.#read]) {
      for (const name of names) {
        const found = findSockets(look(root, namespace, name), inodes);
        if (found.length > 0) return found;
      }
    }
    return [];
  };

  readonly #remembered = (_root: string, namespace: string, name: string): string => {
    const table = this.#tables.get(`${namespace} ${name}`);
    return table === undefined || Date.now() - table.readMs > longestMemoryMs ? '' : table.text;
  };

  readonly #read = (root: string, namespace: string, name: string): string => {
    const path = `${root}/net/${name}`;
    const text = fs.existsSync(path) ? fs.readFileSync(path, 'latin1') : '';
    this.#tables.set(`${namespace} ${name}`, {text, readMs: Date.now()});
    return text;
  };
}

function socketInodes(root: string): string[] {
  return fs.readdirSync(`${root}/fd`).flatMap((descriptor) => {
    const target = fs.readlinkSync(`${root}/fd/${descriptor}`);
    return /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? [];
  });
}

/** Pids of all processes with a title that begins so. */
export function pidsTitled(beginning: string): number[] {
  const pids = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => {
    try {
      return titleOf(pid).startsWith(beginning);
    } catch {
      return false;
    }
  });
}

function titleOf(pid: number): string {
  const raw = fs.readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  return (raw.split('\0', 1)[0] ?? '').trimEnd();
}

/** Field 22 of proc(5) stat; the name in brackets before it may hold spaces and brackets. */
function startTicks(pid: number): number {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
}

/** When the machine was started. Read anew: it moves when the clock is set. Ms since the epoch. */
function bootMs(): number {
  const match = /^btime (\d+)$/m.exec(fs.readFileSync('/proc/stat', 'latin1'));
  return Number(match?.[1]) * 1000;
}
