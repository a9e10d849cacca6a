/** Records the logs of this folder anew. */
import {spawnSync} from 'node:child_process';
import {join} from 'node:path';
import {build} from '../../../tools/build.mjs';
import {root} from '../../../tools/install.mjs';

const entry = 'test/system/lab/verdicts/record.ts';
const script = await build({entry, outfile: join(root, 'dist/record-verdicts.mjs')});
const words = [script];
process.exitCode = spawnSync(process.execPath, words, {cwd: root, stdio: 'inherit'}).status ?? 1;
