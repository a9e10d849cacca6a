/**
 * `npm test`: installs what is missing, then all checks and all tests, and ends with one line that
 * sums up everything. `--only=checks|unit|system` runs a part.
 *
 * A test that cannot run here (no root, not Linux, a tool missing) is skipped and says why; with
 * CI=true a skip is a failure.
 *
 * Many tests wait for something: a block to end, a Debian to boot. So more run at once than there are
 * cores, and the unit tests, the system tests and the checks run together. System tests measure how soon
 * the daemon answers a guesser, so theirs is the first claim on the processor; the unit tests take what
 * they leave, and the checks, which only compute, what both leave.
 */
import {spawn, spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {availableParallelism, tmpdir, totalmem} from 'node:os';
import {join, relative} from 'node:path';
import {build} from './build.mjs';
import {runChecks} from './checks.mjs';
import {ensureHostTools} from './host-tools.mjs';
import {ensureInstalled, root} from './install.mjs';
import {buildLab} from './lab.mjs';
import {inOwnMounts} from './mounts.mjs';

const cores = availableParallelism();

/**
 * Part → words for jest that choose its tests, and how nice it is to the other part. The greater, the
 * less processor time where both want it: a little, for it is nice to all others of the machine too.
 */
const suites = {
  system: {words: ['--testPathPatterns', '/test/system/'], niceness: 0},
  unit: {words: ['--testPathIgnorePatterns', '/test/system/'], niceness: 2},
};

/** A worker grows to a gigabyte before jest renews it (`workerIdleMemoryLimit`). Bytes. */
const workerBytes = 1.5e9;
/** More workers than that would wait for the same disk. A count. */
const mostWorkers = 12;

/** How many files run at once. @param parts how many parts share the machine */
function countWorkers(parts) {
  const byCores = parts === 1 ? 2 * cores : cores + 1;
  const together = Math.min(mostWorkers, Math.floor(totalmem() / workerBytes));
  return Math.max(1, Math.min(byCores, Math.floor(together / parts)));
}

const total = {passed: 0, failed: 0, skipped: 0};
/** Names of the tests that failed. The end of the output repeats them, where nobody has to search for them. */
const failures = [];

async function addChecks() {
  const {passed, failed} = await runChecks();
  total.passed += passed;
  total.failed += failed;
}

async function addTests(name, parts) {
  const {words, niceness} = suites[name];
  const folder = mkdtempSync(join(tmpdir(), 'blocksmtp-test-'));
  const report = join(folder, 'report.json');
  const [program, ...parameters] = inOwnMounts([
    ...['nice', '-n', String(niceness)],
    process.execPath,
    '--experimental-vm-modules',
    '--no-warnings',
    join(root, 'node_modules/jest/bin/jest.js'),
    ...words,
    `--maxWorkers=${countWorkers(parts)}`,
    '--json',
    `--outputFile=${report}`,
  ]);
  // With --json jest prints the report to its output too; its progress goes to stderr. Through a pipe it
  // comes in whole lines: at a terminal two of them would draw over each other.
  const child = spawn(program, parameters, {cwd: root, stdio: ['ignore', 'ignore', 'pipe']});
  child.stderr.on('data', (text) => process.stderr.write(text));
  const status = await new Promise((resolve) => child.on('close', resolve));
  addReport(name, report, status);
  rmSync(folder, {recursive: true});
}

function addReport(name, report, status) {
  if (!existsSync(report)) {
    console.log(`FAILED: jest itself, for the ${name} tests`);
    total.failed += 1;
    return;
  }
  const result = JSON.parse(readFileSync(report, 'utf8'));
  const skipped = result.numPendingTests + result.numTodoTests;
  total.passed += result.numPassedTests;
  total.failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
  total.skipped += skipped;
  for (const {name: file, assertionResults, message} of result.testResults) {
    const failed = assertionResults.filter((each) => each.status === 'failed');
    const where = relative(root, file);
    failures.push(...failed.map((each) => `${where}: ${each.fullName}`));
    if (assertionResults.length === 0 && message !== '') failures.push(`${where}: ran no test`);
  }
  const unaccounted =
    status !== 0 && result.numFailedTests + result.numRuntimeErrorTestSuites === 0;
  if (unaccounted || result.numTotalTests === 0) {
    console.log(`FAILED: the ${name} tests ended with ${status} and ${result.numTotalTests} tests`);
    total.failed += 1;
  }
}

async function addAllTests(names) {
  if (names.length === 0) return;
  await ensureHostTools();
  if (names.includes('system')) buildLab();
  await Promise.all(names.map((name) => addTests(name, names.length)));
}

/** CI leaves the Debian package in dist/, for those who want no npm. */
function makePackage() {
  const {status} = spawnSync(process.execPath, [join(root, 'tools/package.mjs')], {
    stdio: 'inherit',
  });
  if (status === 0) total.passed += 1;
  else total.failed += 1;
  console.log(`${status === 0 ? 'ok' : 'FAILED'}: package`);
}

const only = process.argv.find((word) => word.startsWith('--only='))?.slice('--only='.length);
const isWanted = (part) => only === undefined || only === part;
ensureInstalled();
await build();
await Promise.all([
  ...(isWanted('checks') ? [addChecks()] : []),
  addAllTests(Object.keys(suites).filter(isWanted)),
]);
if (process.env.CI === 'true') makePackage();
if (process.env.CI === 'true' && total.skipped > 0) {
  console.log(`FAILED: ${total.skipped} tests were skipped, and CI must run them all`);
  total.failed += 1;
}
if (failures.length > 0) console.log(`\nfailed:\n  ${failures.join('\n  ')}`);
const {passed, failed, skipped} = total;
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed > 0 ? 1 : 0;
