/**
 * Runs a program of the system, to its end or for as long as its output is needed; or starts one that
 * waits for its input. Never uses a shell. The only file that uses execa. Its time-out cannot end a wait for a grandchild that holds
 * the output open, so no program that forks is started here.
 */
import type {Readable} from 'node:stream';
import {execa} from 'execa';
import {programEnvironment} from './environment.js';

export type CommandResult =
  | {readonly kind: 'done'; readonly stdout: string}
  /** `missing`: there is no such program, or no right to run it. */
  | {
      readonly kind: 'failed' | 'missing';
      readonly why: string;
      readonly exitCode: number | undefined;
    };

interface CommandInput {
  /** The program's standard input: text, or an open file. Default: nothing. */
  readonly input?: string | {readonly descriptor: number};
  readonly timeoutMs: number;
  /** If a program prints more, it is ended, and counts as failed. Default: 64 MB. */
  readonly mostOutputBytes?: number;
  /** Ends the program, whatever it has done so far. */
  readonly stop?: AbortSignal;
  /**
   * What happens to its output. `ignored`: we do not wait for the end of the output either, so the program may leave
   * children that go on.
   */
  readonly output?: 'taken' | 'ignored';
  /** Further variables of its environment, besides the path and the language. Default: none. */
  readonly more?: Readonly<Record<string, string>>;
}

/** Length of the report of a failure. Characters. */
const quotedCharacters = 300;
/** The most a program may print: `iptables-save` of 100,000 rules needs 8 MB. Bytes. */
const longestOutputBytes = 64 * 1024 * 1024;

export async function runCommand(
  program: string,
  parameters: readonly string[],
  input: CommandInput,
): Promise<CommandResult> {
  try {
    return await runToEnd(program, parameters, input);
  } catch (error) {
    // execa refuses a parameter with a zero byte.
    return {kind: 'failed', why: `${program}: ${(error as Error).message}`, exitCode: undefined};
  }
}

async function runToEnd(
  program: string,
  parameters: readonly string[],
  {
    input = '',
    timeoutMs,
    mostOutputBytes = longestOutputBytes,
    stop,
    output = 'taken',
    more,
  }: CommandInput,
): Promise<CommandResult> {
  const result = await execa(program, parameters, {
    ...surroundings(more),
    timeout: timeoutMs,
    ...(stop === undefined ? {} : {cancelSignal: stop}),
    maxBuffer: mostOutputBytes,
    // execa accepts any descriptor, but its types list only the first few.
    ...(typeof input === 'string' ? {input} : {stdin: input.descriptor as 3}),
    ...(output === 'ignored' ? {stdout: 'ignore', stderr: 'ignore'} : {}),
  });
  return resultOf(program, result);
}

interface Ended {
  readonly failed: boolean;
  readonly stdout?: string | undefined;
  readonly stderr?: string | undefined;
  readonly shortMessage?: string | undefined;
  readonly code?: string | undefined;
  readonly exitCode?: number | undefined;
}

function resultOf(program: string, result: Ended): CommandResult {
  if (!result.failed) return {kind: 'done', stdout: result.stdout ?? ''};
  // If the program could not be started (E2BIG, ENOMEM), there is no such text.
  const said = result.stderr?.trim() || (result.shortMessage ?? '');
  return {...failure(program, result.code, said), exitCode: result.exitCode};
}

/** A program that was started, and waits for its standard input. */
export interface WaitingCommand {
  /** `false`: it has ended, or it was never started. */
  readonly isWaiting: () => boolean;
  /** Gives it its whole input, once, and waits for its end. */
  readonly finish: (input: string, timeoutMs: number) => Promise<CommandResult>;
  /** It is not needed any more. Until then it keeps our own process alive. */
  readonly end: () => void;
}

/**
 * Starts a program that waits for its input. If our own process is killed, that input ends with nothing in it.
 *
 * @returns undefined: it cannot be started now, for lack of a file descriptor or a process
 */
export function waitingCommand(
  program: string,
  parameters: readonly string[],
): WaitingCommand | undefined {
  try {
    return startWaiting(program, parameters);
  } catch {
    // execa throws where Node gives it no pipes (EMFILE).
    return undefined;
  }
}

function startWaiting(program: string, parameters: readonly string[]): WaitingCommand {
  const late = new AbortController();
  const child = execa(program, parameters, {
    ...surroundings(),
    stdin: 'pipe',
    cancelSignal: late.signal,
    maxBuffer: longestOutputBytes,
  });
  const ended = child.then((result) => resultOf(program, result));
  // The result of `ended` tells that the program did not read its input.
  child.stdin.on('error', () => undefined);
  return {
    isWaiting: () =>
      child.pid !== undefined && child.exitCode === null && child.signalCode === null,
    finish: async (input, timeoutMs) => {
      const timer = setTimeout(() => late.abort(), timeoutMs);
      child.stdin.end(input);
      const result = await ended;
      clearTimeout(timer);
      return late.signal.aborted
        ? {kind: 'failed', why: `${program}: no end within ${timeoutMs} ms`, exitCode: undefined}
        : result;
    },
    end: () => void child.kill('SIGKILL'),
  };
}

export type CommandEnd =
  | {readonly kind: 'done'}
  /** We stopped it. */
  | {readonly kind: 'stopped'}
  | {readonly kind: 'failed' | 'missing'; readonly why: string};

interface RunningCommand {
  /**
   * Its output as it comes. While the caller does not read, the program waits, so no more than a
   * pipe and a buffer are in memory. Ends when the program ends, in whatever way.
   */
  readonly output: AsyncIterable<Buffer>;
  /** Never fails. Resolves only when the output was read or given up, or the program was stopped. */
  readonly ended: Promise<CommandEnd>;
}

interface RunningInput {
  /** The signal that ends it; half a second later it is killed. Default: SIGTERM. */
  readonly endedBy?: 'SIGTERM' | 'SIGINT';
  /** The program's standard input. Default: nothing. */
  readonly input?: Readable;
  /**
   * The user and the only group as which it runs. Only root can set this. Default: our own.
   */
  readonly as?: {readonly uid: number; readonly gid: number};
}

/** Starts a program that runs until the signal comes, or until it ends by itself. */
export function startCommand(
  program: string,
  parameters: readonly string[],
  stop: AbortSignal,
  input: RunningInput = {},
): RunningCommand {
  try {
    return startStreaming(program, parameters, stop, input);
  } catch (error) {
    const why = `${program}: ${(error as Error).message}`;
    return {output: nothing(), ended: Promise.resolve({kind: 'failed', why})};
  }
}

function startStreaming(
  program: string,
  parameters: readonly string[],
  stop: AbortSignal,
  {endedBy: killSignal = 'SIGTERM', input, as}: RunningInput,
): RunningCommand {
  const child = execa(program, parameters, {
    ...surroundings(),
    ...(input === undefined ? {stdin: 'ignore'} : {input}),
    ...as,
    buffer: false,
    cancelSignal: stop,
    killSignal,
  });
  child.stdout.pause(); // otherwise execa would read, and drop, output that the caller does not take in the same turn
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-quotedCharacters);
  });
  const ended = child.then((result): CommandEnd => {
    if (result.isCanceled) return {kind: 'stopped'};
    if (!result.failed) return {kind: 'done'};
    return failure(program, result.code, complaint.trim() || (result.shortMessage ?? ''));
  });
  return {output: chunks(child.stdout), ended};
}

async function* chunks(stream: AsyncIterable<unknown>): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch {
    // The stream was cut short; `ended` says why.
  }
}

async function* nothing(): AsyncGenerator<Buffer> {
  // It was never started.
}

/** The same for every program. */
const surroundings = (more?: Readonly<Record<string, string>>) =>
  ({
    reject: false,
    cwd: '/', // our own directory may have been removed
    forceKillAfterDelay: 500,
    extendEnv: false,
    env: programEnvironment(more),
  }) as const;

function failure(
  program: string,
  code: string | undefined,
  said: string,
): {readonly kind: 'failed' | 'missing'; readonly why: string} {
  const kind = ['ENOENT', 'EACCES'].includes(code ?? '') ? 'missing' : 'failed';
  return {kind, why: `${program}: ${said.replaceAll(/\s+/g, ' ').slice(0, quotedCharacters)}`};
}
