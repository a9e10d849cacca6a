/**
 * Runs a program of the system and waits for it, never through a shell. The one place that knows
 * execa. Its time-out cannot end a wait for a grandchild that holds the output open, so nothing
 * that forks is started from here.
 */
import {execa} from 'execa';

export type CommandResult =
  | {readonly kind: 'done'; readonly stdout: string}
  /** `missing`: no such program, or no right to run it. */
  | {
      readonly kind: 'failed' | 'missing';
      readonly why: string;
      readonly exitCode: number | undefined;
    };

export interface CommandInput {
  /** What the program reads: text, or an open file. Default: nothing. */
  readonly input?: string | {readonly descriptor: number};
  readonly timeoutMs: number;
}

/** Debian keeps these programs in sbin, which the PATH of a user or of inittab may lack. */
const systemPath = '/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin';

/** Longest report of a failure. Characters. */
const quotedCharacters = 300;
/** The most a program may print: `iptables-save` of 100,000 rules needs 8 MB. Bytes. */
const mostOutputBytes = 64 * 1024 * 1024;

export async function runCommand(
  program: string,
  parameters: readonly string[],
  {input = '', timeoutMs}: CommandInput,
): Promise<CommandResult> {
  try {
    return await runToEnd(program, parameters, {input, timeoutMs});
  } catch (error) {
    // What execa does not take at all: a parameter with a zero byte.
    return {kind: 'failed', why: `${program}: ${(error as Error).message}`, exitCode: undefined};
  }
}

async function runToEnd(
  program: string,
  parameters: readonly string[],
  {input = '', timeoutMs}: CommandInput,
): Promise<CommandResult> {
  const result = await execa(program, parameters, {
    reject: false,
    cwd: '/', // ours may be gone
    timeout: timeoutMs,
    forceKillAfterDelay: 500,
    maxBuffer: mostOutputBytes,
    env: {PATH: [process.env['PATH'], systemPath].filter(Boolean).join(':'), LC_ALL: 'C'},
    // execa takes any descriptor; its types list only the first few.
    ...(typeof input === 'string' ? {input} : {stdin: input.descriptor as 3}),
  });
  if (!result.failed) return {kind: 'done', stdout: result.stdout};
  const missing = ['ENOENT', 'EACCES'].includes(result.code ?? '');
  // When the program could not even be started (E2BIG, ENOMEM) there is no such text.
  const said = (result.stderr as string | undefined)?.trim() || (result.shortMessage ?? '');
  const why = `${program}: ${said.replaceAll(/\s+/g, ' ').slice(0, quotedCharacters)}`;
  return {kind: missing ? 'missing' : 'failed', why, exitCode: result.exitCode};
}
