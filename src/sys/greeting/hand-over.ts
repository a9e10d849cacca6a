/**
 * Starts the mailer with a connection as its standard input and output, after the last look
 * (`last-look.ts`). Others decide whether it is the client's turn.
 */
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import type {Readable, Stream} from 'node:stream';
import {type LastLook, readLastLook} from '../../greeting/waiting/last-words.js';
import {LineCutter} from '../run/line-cutter.js';

/** Length of the answer of the last look. Bytes. */
const longestVerdict = 1000;
/** Longest line of a mailer's complaint, and how many of one process are logged. Bytes; a count. */
const longestComplaint = 300;
const mostTroubles = 5;

export interface HandOver {
  readonly pid: number | undefined;
  /** Never fails. */
  readonly verdict: Promise<LastLook>;
  /** The process has ended, with this code or by this signal; not started: neither. */
  readonly ended: Promise<readonly [code: number | null, signal: NodeJS.Signals | null]>;
  /** Our process may end before it. */
  leave(): void;
  kill(signal: NodeJS.Signals): void;
}

interface HandOverInput {
  /** As `lastLook` makes them. */
  readonly words: readonly string[];
  /** Standard input, output and error output. */
  readonly stdio: readonly (number | 'pipe' | 'ignore' | Stream)[];
  /** `apart`: signals of our terminal do not reach it. */
  readonly group: 'apart' | 'ours';
  readonly directory?: string;
  /** A line of its standard error output, where that is a pipe. */
  readonly complain?: (line: string) => void;
}

/** Never fails: a program that cannot be started is a verdict. */
export function handOver({words, stdio, group, directory, complain}: HandOverInput): HandOver {
  const [program = '', ...parameters] = words;
  let child: ChildProcess;
  try {
    child = spawn(program, parameters, {
      stdio: [...stdio, 'pipe'],
      detached: group === 'apart',
      ...(directory === undefined ? {} : {cwd: directory}),
      env: environment(),
    });
  } catch (error) {
    return notStarted((error as Error).message);
  }
  let whyNot: string | undefined;
  child.on('error', (error) => (whyNot = error.message));
  // Without a free descriptor Node sets neither of them.
  const pipe = (child.stdio as ChildProcess['stdio'] | undefined)?.[3] as Readable | undefined;
  const errors = child.stderr as Readable | null | undefined;
  if (errors && complain !== undefined) pass(errors, complain);
  const verdict = collect(pipe).then((text): LastLook => {
    if (child.pid === undefined) return {kind: 'failed', why: whyNot ?? 'no process was made'};
    return whyNot === undefined ? readLastLook(text) : {kind: 'failed', why: whyNot};
  });
  return {
    pid: child.pid,
    verdict,
    ended:
      child.pid === undefined
        ? Promise.resolve([null, null])
        : (once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>),
    leave: () => {
      child.unref();
      const pipe: (Stream & {unref?: () => void}) | null = child.stderr;
      pipe?.unref?.();
    },
    kill: (signal) => void child.kill(signal),
  };
}

const notStarted = (why: string): HandOver => ({
  pid: undefined,
  verdict: Promise.resolve({kind: 'failed', why}),
  ended: Promise.resolve([null, null]),
  leave: () => undefined,
  kill: () => undefined,
});

/** What the service manager told us, and how we keep memory, is not for the mailer. */
function environment(): NodeJS.ProcessEnv {
  const ours =
    /^(?:LISTEN_(?:FDS|PID|FDNAMES)|NOTIFY_SOCKET|WATCHDOG_(?:USEC|PID)|NODE_.*|MALLOC_(?:MMAP_THRESHOLD_|ARENA_MAX))$/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
}

/** All that comes, within the bound. */
function collect(pipe: Readable | null | undefined): Promise<string> {
  if (pipe === null || pipe === undefined) return Promise.resolve('');
  return new Promise((resolve) => {
    let text = '';
    pipe.setEncoding('latin1');
    pipe.on('data', (more: string) => (text = (text + more).slice(-longestVerdict)));
    pipe.on('error', () => undefined);
    pipe.on('close', () => resolve(text));
  });
}

function pass(stderr: Readable, complain: (line: string) => void): void {
  const cutter = new LineCutter(longestComplaint, 'latin1');
  let told = 0;
  stderr.on('error', () => undefined);
  stderr.on('data', (chunk: Buffer) => {
    for (const line of cutter.take(chunk)) {
      told += 1;
      if (line.kind === 'line' && told <= mostTroubles) complain(line.text);
    }
  });
}
