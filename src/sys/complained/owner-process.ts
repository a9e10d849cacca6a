/**
 * Runs this program again as the owner of a Maildir, and exchanges lines with it. The child has the
 * owner's user and group, no other group, a clean environment, and no open file of ours. The owner controls it, so its
 * lines are not to be trusted.
 */
import {PassThrough} from 'node:stream';
import type {OwnerAnswer} from './owner.js';
import {type CommandEnd, startCommand} from '../run/command.js';
import {LineCutter} from '../run/line-cutter.js';

export interface OwnerProcess {
  /** A line that is no JSON, or longer than the bound, is undefined. */
  readonly lines: AsyncIterable<unknown>;
  say(value: unknown): void;
  /** Closes the child's standard input. */
  close(): void;
  readonly ended: Promise<CommandEnd>;
}

/** The running program as a command: node, and our own file. */
export const ownProgram = (): string[] => [
  process.execPath,
  ...process.execArgv,
  process.argv[1] ?? '',
];

/** @param words the program, and its words */
export function startAs(
  owner: Exclude<OwnerAnswer, {kind: 'refused'}>,
  words: readonly string[],
  longestLineBytes: number,
  stop: AbortSignal,
): OwnerProcess {
  const input = new PassThrough();
  // The child may end before it has read everything.
  input.on('error', () => undefined);
  const [program = '', ...parameters] = words;
  const as = owner.kind === 'owner' ? {as: {uid: owner.uid, gid: owner.gid}} : {};
  const running = startCommand(program, parameters, stop, {input, ...as});
  return {
    lines: linesOf(running.output, longestLineBytes),
    say: (value) => void input.write(`${JSON.stringify(value)}\n`),
    close: () => void input.end(),
    ended: running.ended,
  };
}

async function* linesOf(output: AsyncIterable<Buffer>, longestLineBytes: number): AsyncGenerator {
  const cutter = new LineCutter(longestLineBytes, 'utf8');
  for await (const chunk of output) {
    for (const cut of cutter.take(chunk)) {
      yield cut.kind === 'line' ? parsed(cut.text) : undefined;
    }
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

/** The lines from the parent, on standard input, until the parent ends. */
export const parentLines = (longestLineBytes: number): AsyncIterable<unknown> =>
  linesOf(process.stdin, longestLineBytes);
