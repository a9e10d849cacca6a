/** Runs the built program as a user does, and takes what it says. */
import {spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const program = 'dist/blocksmtp.js';

/** A command ends in a fraction of it, but a machine that others keep busy takes its time. Ms. */
const patienceMs = 60_000;

/** @param enter puts words in front of the command, such as those that enter a namespace */
export function blocksmtp(
  words: readonly string[],
  enter: (program: string, words: readonly string[]) => readonly string[] = (...all) => all.flat(),
): Ended {
  if (!existsSync(program)) throw new Error(`${program} is missing: npm run build`);
  const [first = '', ...rest] = enter(process.execPath, [program, ...words]);
  const {status, stdout, stderr} = spawnSync(first, rest, {encoding: 'utf8', timeout: patienceMs});
  return {code: status, stdout, stderr};
}

/** The lines of a complaint, without the name of the program in front. */
export const complaints = ({stderr}: Ended): string[] =>
  stderr
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^blocksmtp: /, ''));

/** A directory for one test file; the caller calls `remove` at the end. */
export function temporary(): {
  path: (name: string) => string;
  write: (name: string, text: string) => string;
  remove: () => void;
} {
  const folder = mkdtempSync(join(tmpdir(), 'blocksmtp-cli-'));
  const path = (name: string): string => join(folder, name);
  return {
    path,
    write: (name, text) => {
      writeFileSync(path(name), text);
      return path(name);
    },
    remove: () => rmSync(folder, {recursive: true}),
  };
}
