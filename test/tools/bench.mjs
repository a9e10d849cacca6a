/** `npm run bench`: builds the program and the benchmark, and runs the benchmark. */
import {spawnSync} from 'node:child_process';
import {join} from 'node:path';
import {build} from './build.mjs';
import {root} from './install.mjs';

await build();
const bench = await build({entry: 'test/bench/main.ts', outfile: join(root, 'dist/bench.mjs')});
process.exitCode = spawnSync(process.execPath, [bench], {cwd: root, stdio: 'inherit'}).status ?? 1;
