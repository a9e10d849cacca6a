/** Records the logs of this folder anew, all or those whose name contains the word given. */
import {spawnSync} from 'node:child_process';
import {join} from 'node:path';
import {build} from '../../../tools/build.mjs';
import {root} from '../../../tools/install.mjs';

const entry = 'test/system/lab/record.ts';
const script = await build({entry, outfile: join(root, 'dist/record.mjs')});
const words = [script, ...process.argv.slice(2)];
process.exitCode = spawnSync(process.execPath, words, {cwd: root, stdio: 'inherit'}).status ?? 1;
