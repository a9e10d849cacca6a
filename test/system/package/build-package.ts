/** Builds the Debian package in a copy of the tree, so that the checkout stays as it is. */
import {existsSync} from 'node:fs';
import {cp, mkdir, readdir, rename} from 'node:fs/promises';
import {join} from 'node:path';
import {execa} from 'execa';
import {root} from '../lab/paths.js';

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

/** Leaves the one .deb in `dir`/package and answers its name. */
export async function buildPackage(dir: string): Promise<string> {
  const tree = join(dir, 'tree');
  await mkdir(join(dir, 'package'));
  for (const part of parts.filter((name) => existsSync(join(root, name)))) {
    await cp(join(root, part), join(tree, part), {recursive: true});
  }
  await execa('dpkg-buildpackage', ['-b', '-us', '-uc'], {cwd: tree, all: true});
  const deb = (await readdir(dir)).find((name) => name.endsWith('.deb'));
  if (deb === undefined) throw new Error('dpkg-buildpackage made no .deb');
  await rename(join(dir, deb), join(dir, 'package', deb));
  return deb;
}
