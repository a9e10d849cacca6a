/** The paths of this checkout, of the lab's files, and of the program under test. */
import {existsSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

/** The checkout: the nearest folder above with our package.json (a bundle may sit elsewhere in it). */
function findRoot(from: string): string {
  for (let dir = from; ; dir = dirname(dir)) {
    const file = join(dir, 'package.json');
    if (existsSync(file) && /"name": "blocksmtp"/.test(readFileSync(file, 'utf8'))) return dir;
    if (dirname(dir) === dir) throw new Error(`no blocksmtp checkout above ${from}`);
  }
}

export const root = findRoot(dirname(fileURLToPath(import.meta.url)));
export const labDir = join(root, 'test/system/lab');
export const program = join(root, 'dist/blocksmtp.js');
