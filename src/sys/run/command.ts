/**
 * Runs a program of the system, to its end or for as long as its output is wanted, never through a
 * shell. The one place that knows execa. Its time-out cannot end a wait for a grandchild that holds
 * the output open, so nothing that forks is started from here.
 */
import type {Readable} from 'node:stream';
import {execa} from 'execa';
import {programEnvironment} from './environment.js';

export type CommandResult =
  | {readonly kind: 'done'; readonly stdout: string}
  /** `missing`: no such program, or no right to run it. */
  | {
      readonly kind: 'failed' | 'missing';
      readonly why: string;
      readonly exitCode: number | undefined;
    };

interface CommandInput {
  /** What the program reads: text, or an open file. Default: nothing. */
  readonly input?: string | {readonly descriptor: number};
  readonly timeoutMs: number;
  /** A program that prints more is ended, and has failed. Default: 64 MB. */
  readonly mostOutputBytes?: number;
  /** Ends the program, with whatever it has done so far. */
  readonly stop?: AbortSignal;
  /**
   * What becomes of what it prints. `ignored`: it is not waited for either, so the program may leave
   * children that go on.
   */
  readonly output?: 'taken' | 'ignored';
  /** What its environment has besides the path and the language. Default: nothing. */
  readonly more?: Readonly<Record<string, string>>;
}

/** Longest report of a failure. Characters. */
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
    // What execa does not take at all: a parameter with a zero byte.
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
    // execa takes any descriptor; its types list only the first few.
    ...(typeof input === 'string' ? {input} : {stdin: input.descriptor as 3}),
    ...(output === 'ignored' ? {stdout: 'ignore', stderr: 'ignore'} : {}),
  });
  if (!result.failed) return {kind: 'done', stdout: result.stdout ?? ''};
  // When the program could not even be started (E2BIG, ENOMEM) there is no such text.
  const said = result.stderr?.trim() || (result.shortMessage ?? '');
  return {...failure(program, result.code, said), exitCode: result.exitCode};
}

export type CommandEnd =
  | {readonly kind: 'done'}
  /** By us. */
  | {readonly kind: 'stopped'}
  | {readonly kind: 'failed' | 'missing'; readonly why: string};

interface RunningCommand {
  /**
   * What it prints, as it comes: while nobody takes it the program waits, so that no more than a
   * pipe and a buffer are held. Ends with the program, whatever its end.
   */
  readonly output: AsyncIterable<Buffer>;
  /** Never fails. Comes only when the output has been taken, or left, or the program was stopped. */
  readonly ended: Promise<CommandEnd>;
}

interface RunningInput {
  /** What it is sent at the signal; half a second later it is killed. Default: SIGTERM. */
  readonly endedBy?: 'SIGTERM' | 'SIGINT';
  /** What the program reads. Default: nothing. */
  readonly input?: Readable;
  /**
   * The user as which it runs, with no other group. Only root can ask for that. Default: as
   * ourselves.
   */
  readonly as?: {readonly uid: number; readonly gid: number};
}

/** Starts a program that runs until the signal is given, or as long as it likes. */
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
  child.stdout.pause(); // or execa would read, and drop, what nobody takes in the same turn
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
    // A stream cut short; `ended` tells why.
  }
}

async function* nothing(): AsyncGenerator<Buffer> {
  // Never started.
}

/** The same for every program. */
const surroundings = (more?: Readonly<Record<string, string>>) =>
  ({
    reject: false,
    cwd: '/', // ours may be gone
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
