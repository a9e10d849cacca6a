/**
 * Starts the mailer with a connection as its standard input and output, after the last look
 * (`last-look.ts`). Others decide which client is handed over, and when.
 */
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import type {Duplex, Readable, Stream} from 'node:stream';
import {type LastLook, readLastLook} from '../../greeting/waiting/last-words.js';
import {LineCutter} from '../run/line-cutter.js';

/** Longest answer of the last look that is kept. Bytes. */
const longestVerdict = 1000;
/** Longest line of a mailer's standard error output. Bytes. */
const longestComplaint = 300;
/** Lines of one process that are logged. A count. */
const mostTroubles = 5;

export interface HandOver {
  readonly pid: number | undefined;
  /**
   * Starts the last look, after which the mailer gets the connection. Until this call the program waits. If our
   * process ends, it goes on without the call.
   */
  look(): void;
  /** What the last look found. Never rejects. */
  readonly verdict: Promise<LastLook>;
  /** Resolves when the process has ended, with its code or signal. Both are null if it never started. */
  readonly ended: Promise<readonly [code: number | null, signal: NodeJS.Signals | null]>;
  /** Lets our process end before the mailer does. */
  leave(): void;
  kill(signal: NodeJS.Signals): void;
}

interface HandOverInput {
  /** The command line that `lastLook` makes. */
  readonly words: readonly string[];
  /** Standard input, output and error output. */
  readonly stdio: readonly (number | 'pipe' | 'ignore' | Stream)[];
  /** `apart`: in a process group of its own, so that signals of our terminal do not reach it. */
  readonly group: 'apart' | 'ours';
  readonly directory?: string;
  /** Called with each line of the mailer's standard error output, if that is a pipe. */
  readonly complain?: (line: string) => void;
}

/** Never throws: if the program cannot be started, the verdict says so. */
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
  // If no descriptor is free, Node sets neither `stdio` nor `stderr`.
  const pipe = (child.stdio as ChildProcess['stdio'] | undefined)?.[3] as Duplex | undefined;
  const errors = child.stderr as Readable | null | undefined;
  if (errors && complain !== undefined) pass(errors, complain);
  const verdict = collect(pipe).then((text): LastLook => {
    if (child.pid === undefined) return {kind: 'failed', why: whyNot ?? 'no process was made'};
    return whyNot === undefined ? readLastLook(text) : {kind: 'failed', why: whyNot};
  });
  return {
    pid: child.pid,
    look: () => void pipe?.end(),
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
  look: () => undefined,
  verdict: Promise.resolve({kind: 'failed', why}),
  ended: Promise.resolve([null, null]),
  leave: () => undefined,
  kill: () => undefined,
});

/** Our environment, without the variables that are for this process: of the service manager, Node and malloc. */
function environment(): NodeJS.ProcessEnv {
  const ours =
    /^(?:LISTEN_(?:FDS|PID|FDNAMES)|NOTIFY_SOCKET|WATCHDOG_(?:USEC|PID)|NODE_.*|MALLOC_(?:MMAP_THRESHOLD_|ARENA_MAX))$/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
}

/** Reads to the end. Keeps the last `longestVerdict` characters. */
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
  let lines = 0;
  stderr.on('error', () => undefined);
  stderr.on('data', (chunk: Buffer) => {
    for (const line of cutter.take(chunk)) {
      lines += 1;
      if (line.kind === 'line' && lines <= mostTroubles) complain(line.text);
    }
  });
}
