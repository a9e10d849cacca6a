/**
 * Runs a script that imports from `src` in its own process, to test events of a whole process
 * (kill -9, closed output, exit). Node 20 reads no TypeScript, so esbuild bundles the script first.
 */
import {type ChildProcessWithoutNullStreams, execFileSync, spawn} from 'node:child_process';
import fs from 'node:fs';
import {join} from 'node:path';

const repository = process.cwd();

/** @param script TypeScript; its imports are relative to the repository: `./src/sys/disk/store.js` */
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

/** Variables that packages in CommonJS need. */
const commonJs = `import {createRequire as createRequireOf} from 'node:module';
import {fileURLToPath as pathOfUrl} from 'node:url';
const require = createRequireOf(import.meta.url);
const __filename = pathOfUrl(import.meta.url);
const __dirname = __filename.slice(0, __filename.lastIndexOf('/'));`;

/** Like `bundle`, but with all packages in the file. For a process that is started a thousand times. */
export function bundleWhole(folder: string, entry: string): string {
  const outfile = join(folder, 'whole.mjs');
  const words = ['--bundle', '--platform=node', '--format=esm', '--target=node20.19'];
  execFileSync(join(repository, 'node_modules/.bin/esbuild'), [
    ...words,
    '--minify-syntax',
    '--minify-whitespace',
    '--log-level=warning',
    `--banner:js=${commonJs}`,
    `--outfile=${outfile}`,
    join(repository, entry),
  ]);
  const sqlite = 'node-sqlite3-wasm.wasm';
  const packed = join(repository, 'node_modules/node-sqlite3-wasm/dist', sqlite);
  fs.copyFileSync(packed, join(folder, sqlite));
  return outfile;
}

export interface Child {
  readonly process: ChildProcessWithoutNullStreams;
  /** Everything that was printed so far. */
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

/** Processes that this one has started, and those that they have, with these words in their command line. */
export function descendantsOf(ancestor: number, words: RegExp): number[] {
  const parents = new Map<number, number>();
  for (const name of fs.readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const [, parent] = /\) [^Z] (\d+) /.exec(textOf(`/proc/${name}/stat`)) ?? [];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const isOurs = (pid: number | undefined): boolean =>
    pid !== undefined && (parents.get(pid) === ancestor || isOurs(parents.get(pid)));
  return [...parents.keys()].filter(
    (pid) => isOurs(pid) && words.test(textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')),
  );
}

/** @returns '' if the process has gone */
function textOf(file: string): string {
  try {
    return fs.readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
