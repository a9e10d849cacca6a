/**
 * The checks that need no test: types, purity, lint, format. They only compute, so they run at a lower
 * priority than all tests: a test that waits beside them is not kept waiting by them.
 */
import {spawn} from 'node:child_process';
import {join} from 'node:path';
import {root} from './install.mjs';

/** Nicer than the unit tests (`test.mjs`), and so that they end before these do. */
const niceness = '10';

/** Each lane runs its checks one after the other; lint alone takes as long as the others together. */
const lanes = [
  [['lint', 'eslint', ['--max-warnings=0', 'src', 'test']]],
  [
    ['types', 'tsc', ['-p', 'tsconfig.json']],
    ['purity of the core', 'tsc', ['-p', 'src/tsconfig.pure.json']],
    ['format', 'prettier', ['--check', '--log-level=warn', '.']],
  ],
];

/** Prints what a check has to say when it has ended. @returns how many have passed and failed */
export async function runChecks() {
  const ends = await Promise.all(lanes.map(runLane));
  const passed = ends.flat().filter(Boolean).length;
  return {passed, failed: ends.flat().length - passed};
}

async function runLane(checks) {
  const ends = [];
  for (const [name, tool, parameters] of checks) {
    const {status, output} = await runQuietly(tool, parameters);
    process.stdout.write(`${output}${status === 0 ? 'ok' : 'FAILED'}: ${name}\n`);
    ends.push(status === 0);
  }
  return ends;
}

function runQuietly(tool, parameters) {
  const words = ['-n', niceness, join(root, 'node_modules/.bin', tool), ...parameters];
  const child = spawn('nice', words, {cwd: root, stdio: ['ignore', 'pipe', 'pipe']});
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({status, output}));
  });
}
