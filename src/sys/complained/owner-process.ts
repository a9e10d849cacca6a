/**
 * Runs this program again as the owner of a Maildir, and speaks with it in lines. It has the
 * owner's numbers, no group but the owner's, a clean environment, and no open file of ours. What it
 * says is only the owner's word.
 */
import {PassThrough} from 'node:stream';
import type {OwnerAnswer} from './owner.js';
import {type CommandEnd, startCommand} from '../run/command.js';
import {LineCutter} from '../run/line-cutter.js';

export interface OwnerProcess {
  /** Each line that is none of JSON, or longer than the bound, is undefined. */
  readonly lines: AsyncIterable<unknown>;
  say(value: unknown): void;
  /** It reads no more. */
  close(): void;
  readonly ended: Promise<CommandEnd>;
}

/** What runs now, as a program and its first words: node, and our own file. */
export const ownProgram = (): string[] => [
  process.execPath,
  ...process.execArgv,
  process.argv[1] ?? '',
];

/** @param words a program, its command and operands */
export function startAs(
  owner: Exclude<OwnerAnswer, {kind: 'refused'}>,
  words: readonly string[],
  longestLineBytes: number,
  stop: AbortSignal,
): OwnerProcess {
  const input = new PassThrough();
  // It may have ended before it has read all.
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

/** What the parent says: the lines of standard input, until it is gone. */
export const parentLines = (longestLineBytes: number): AsyncIterable<unknown> =>
  linesOf(process.stdin, longestLineBytes);
