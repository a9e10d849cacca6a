/**
 * Installs the project's packages when they are not those of package-lock.json, and ends the program
 * with one line when they are not then either: nothing is built or tested with other packages.
 */
import {spawnSync} from 'node:child_process';
import {existsSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {differing, unlocked} from './locked.mjs';

export const root = fileURLToPath(new URL('..', import.meta.url));

export function ensureInstalled() {
  endIf(
    unlocked(root),
    'package-lock.json does not lock what package.json asks for',
    'npm install',
  );
  if (differing(root).length === 0) return;
  if (isOlderThanLock()) install();
  endIf(differing(root), 'node_modules is not what package-lock.json locks', 'rm -r node_modules');
}

/** npm writes its list last: what it has not finished has none. */
function isOlderThanLock() {
  const installed = join(root, 'node_modules/.package-lock.json');
  const wanted = join(root, 'package-lock.json');
  return !existsSync(installed) || statSync(installed).mtimeMs < statSync(wanted).mtimeMs;
}

function install() {
  console.error('Installing packages (npm install) ...');
  // Not `npm ci`: it refuses a lock file that lacks the builds of a package for other systems, and
  // not every registry offers those. `--no-save` takes the locked versions and writes nothing. The
  // programs of esbuild and swc come inside their packages, so no install script is needed.
  const words = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'];
  const {status} = spawnSync('npm', words, {cwd: root, stdio: ['ignore', 2, 2]});
  if (status !== 0) end('npm install failed: the packages of this project could not be installed.');
}

function endIf(differences, what, remedy) {
  const [first, ...others] = differences;
  if (first === undefined) return;
  const more = others.length === 0 ? '' : `, and ${others.length} more`;
  end(`${what}: ${first}${more}. Run \`${remedy}\`, look at what changed, and try again.`);
}

function end(line) {
  console.error(line);
  process.exit(1);
}

/** Runs a program of the project's packages, showing what it prints. */
export function runTool(name, parameters, options = {}) {
  return spawnSync(join(root, 'node_modules/.bin', name), parameters, {
    cwd: root,
    stdio: 'inherit',
    ...options,
  });
}
