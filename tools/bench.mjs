/**
 * `npm run bench`: builds the program and the benchmark, and runs the benchmark; its words choose
 * sections. `node tools/bench.mjs make-log …` makes a log only, and needs no program.
 */
import {spawnSync} from 'node:child_process';
import {join} from 'node:path';
import {build} from './build.mjs';
import {root} from './install.mjs';

const words = process.argv.slice(2);
if (words[0] !== 'make-log') await build();
const bench = await build({entry: 'test/bench/main.ts', outfile: join(root, 'dist/bench.mjs')});
const {status} = spawnSync(process.execPath, [bench, ...words], {stdio: 'inherit'});
process.exitCode = status ?? 1;
