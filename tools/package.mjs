/**
 * `npm run package`: builds the Debian package in a copy of the tree, so that the checkout stays as it is,
 * and leaves it in dist/, or in the folder named behind it. Needs debhelper and dpkg-dev, and no root.
 */
import {spawnSync} from 'node:child_process';
import {cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {build} from './build.mjs';
import {root} from './install.mjs';

/** What debian/ takes from the tree; not src/ and node_modules/, for dist/ is built already. */
const parts = [
  'debian',
  'init',
  'etc',
  'dist',
  'package.json',
  'README.md',
  'docs',
  'CHANGELOG.md',
];

const isDeb = (name) => name.endsWith('.deb');
/** The folder may have packages of others. */
const isOurs = (name) => name.startsWith('blocksmtp_') && isDeb(name);

/** @returns the path of the package */
function makePackage(folder) {
  const work = mkdtempSync(join(tmpdir(), 'blocksmtp-package-'));
  const tree = join(work, 'tree');
  const filter = (path) => !isDeb(path);
  for (const part of parts) cpSync(join(root, part), join(tree, part), {recursive: true, filter});
  const {status, error, stdout, stderr} = spawnSync('dpkg-buildpackage', ['-b', '-us', '-uc'], {
    cwd: tree,
    encoding: 'utf8',
  });
  const name = readdirSync(work).find(isDeb);
  if (status !== 0 || name === undefined) {
    const why = error?.code === 'ENOENT' ? 'there is no dpkg-buildpackage' : stdout + stderr;
    end(`no package was made: ${why}\nOn Debian: apt install build-essential debhelper`);
  }
  mkdirSync(folder, {recursive: true});
  for (const old of readdirSync(folder).filter(isOurs)) rmSync(join(folder, old));
  cpSync(join(work, name), join(folder, name));
  rmSync(work, {recursive: true});
  return join(folder, name);
}

function end(line) {
  console.error(line);
  process.exit(1);
}

const [, , folder] = process.argv;
// For another folder the program that is there is packed, as the tests want it.
if (folder === undefined || !existsSync(join(root, 'dist/licences.txt'))) await build();
console.log(makePackage(folder === undefined ? join(root, 'dist') : resolve(folder)));
