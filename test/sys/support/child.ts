/**
 * Runs a script that imports from `src` in a process of its own: for what happens to a process as a
 * whole (kill -9, closed output, exit). Node 20 reads no TypeScript, so esbuild bundles it first.
 */
import {type ChildProcessWithoutNullStreams, execFileSync, spawn} from 'node:child_process';
import fs from 'node:fs';
import {join} from 'node:path';

const repository = process.cwd();

/** @param script TypeScript; its imports are relative to the repository: `./src/sys/store.js` */
export function bundle(folder: string, script: string): string {
  const packages = join(folder, 'node_modules');
  if (!fs.existsSync(packages)) fs.symlinkSync(join(repository, 'node_modules'), packages);
  const outfile = join(folder, `script-${fs.readdirSync(folder).length}.mjs`);
  execFileSync(
    join(repository, 'node_modules/.bin/esbuild'),
    [
      '--bundle',
      '--loader=ts',
      '--platform=node',
      '--format=esm',
      '--packages=external',
      '--log-level=warning',
      `--outfile=${outfile}`,
    ],
    {input: script, cwd: repository},
  );
  return outfile;
}

export interface Child {
  readonly process: ChildProcessWithoutNullStreams;
  /** All that was printed so far. */
  readonly output: () => string;
  readonly complaints: () => string;
  /** Exit code, or the signal's name. */
  readonly ended: Promise<number | string>;
}

export function start(
  program: string,
  parameters: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Child {
  const child = spawn(program, parameters, {env: {...process.env, ...environment}});
  let output = '';
  let complaints = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const ended = new Promise<number | string>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'no reason'));
  });
  return {process: child, output: () => output, complaints: () => complaints, ended};
}

/** Starts a script made by `bundle`. */
export const startScript = (
  file: string,
  parameters: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Child => start(process.execPath, ['--no-warnings', file, ...parameters], environment);
