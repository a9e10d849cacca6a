/** Installs the project's packages when they are missing or are not those of package-lock.json. */
import {spawnSync} from 'node:child_process';
import {existsSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

export function ensureInstalled() {
  const installed = join(root, 'node_modules/.package-lock.json');
  const wanted = join(root, 'package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(wanted).mtimeMs) return;
  console.error('Installing packages (npm install) ...');
  // Not `npm ci`: it refuses a lock file that lacks the builds of a package for other systems, and
  // not every registry offers those. `--no-save` takes the locked versions and writes nothing. The
  // programs of esbuild and swc come inside their packages, so no install script is needed.
  const words = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'];
  const {status} = spawnSync('npm', words, {cwd: root, stdio: ['ignore', 2, 2]});
  if (status !== 0) {
    console.error('npm install failed: the packages of this project could not be installed.');
    process.exit(1);
  }
}

/** Runs a program of the project's packages, showing what it prints. */
export function runTool(name, parameters, options = {}) {
  return spawnSync(join(root, 'node_modules/.bin', name), parameters, {
    cwd: root,
    stdio: 'inherit',
    ...options,
  });
}
