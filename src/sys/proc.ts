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

interface Memory {
  /** Both tables, one behind the other. */
  readonly text: string;
  readonly readMs: number;
  /** Inodes of sockets that are no client's, whatever else they are. */
  readonly others: ReadonlySet<string>;
}

/**
 * Remembers the kernel's socket tables from one question to the next: the kernel walks its whole
 * hash to print one, which takes five milliseconds on an idle machine, and a guesser asks for a new
 * envelope with every name. A socket keeps its peer for life, so a remembered line is as good as a
 * new one; only a process with a socket of which nothing is known yet makes the tables be read again.
 */
export class SocketTables {
  readonly #clientPort: number;
  /** By network namespace: a container's sendmail has tables of its own. */
  readonly #memories = new Map<string, Memory>();

  /** @param clientPort the local port at which clients are served */
  constructor(clientPort: number) {
    this.#clientPort = clientPort;
  }

  readonly find: SocketFinder = (root) => {
    const inodes = socketInodes(root);
    if (inodes.length === 0) return [];
    const namespace = fs.readlinkSync(`${root}/ns/net`);
    const memory = this.#freshMemory(namespace);
    if (memory !== undefined) {
      const found = findSockets(memory.text, inodes);
      if (found.some(this.#isClient)) return found;
      if (inodes.every((inode) => memory.others.has(inode))) return found;
    }
    const text = ['tcp', 'tcp6'].map((name) => readIfThere(`${root}/net/${name}`)).join('\n');
    const found = findSockets(text, inodes);
    const clients = new Set(found.filter(this.#isClient).map(({inode}) => inode));
    const others = new Set([...(memory?.others ?? []), ...inodes].filter((i) => !clients.has(i)));
    this.#memories.set(namespace, {text, readMs: memory?.readMs ?? Date.now(), others});
    return found;
  };

  #freshMemory(namespace: string): Memory | undefined {
    const memory = this.#memories.get(namespace);
    const isFresh = memory !== undefined && Date.now() - memory.readMs <= longestMemoryMs;
    return isFresh ? memory : undefined;
  }

  readonly #isClient = ({localPort}: SocketEntry): boolean => localPort === this.#clientPort;
}

const readIfThere = (path: string): string =>
  fs.existsSync(path) ? fs.readFileSync(path, 'latin1') : '';

function socketInodes(root: string): string[] {
  return fs.readdirSync(`${root}/fd`).flatMap((descriptor) => {
    const target = linkOf(`${root}/fd/${descriptor}`);
    return /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? [];
  });
}

/** A descriptor may be closed between the listing and the look; that says nothing of the others. */
function linkOf(path: string): string {
  try {
    return fs.readlinkSync(path);
  } catch {
    return '';
  }
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
