/** Builds the Debian package of the program that is built, as `npm run package` does. */
import {basename, join} from 'node:path';
import {execa} from 'execa';
import {root} from '../lab/paths.js';

/** Leaves the one .deb in `dir`/package and answers its name. */
export async function buildPackage(dir: string): Promise<string> {
  const words = [join(root, 'tools/package.mjs'), join(dir, 'package')];
  const {stdout} = await execa(process.execPath, words);
  return basename(stdout.trim());
}
