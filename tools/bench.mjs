/**
 * `npm run bench`: builds the program and the benchmark, and runs the benchmark; its words choose
 * sections. `node tools/bench.mjs make-log …` makes a log only, and needs no program.
 */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {build} from './build.mjs';
import {root} from './install.mjs';
import {inOwnMounts} from './mounts.mjs';

const words = process.argv.slice(2);
if (words[0] !== 'make-log') await build();
const bench = await build({entry: 'test/bench/main.ts', outfile: join(root, 'dist/bench.mjs')});
// The channel tells it when we are gone, however we end: it would go on for an hour else.
const [program, ...parameters] = inOwnMounts([process.execPath, bench, ...words]);
const child = spawn(program, parameters, {
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
});
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal));
const [status] = await once(child, 'exit');
process.exitCode = status ?? 1;
