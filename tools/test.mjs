/**
 * `npm test`: installs what is missing, then all checks and all tests, and ends with one line that
 * sums up everything. `--only=checks|unit|system` runs a part.
 *
 * A system test that cannot run here (no root, not Linux, a tool missing) is skipped and says why;
 * with CI=true a skip is a failure.
 */
import {spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {build} from './build.mjs';
import {ensureHostTools} from './host-tools.mjs';
import {ensureInstalled, root, runTool} from './install.mjs';
import {inOwnMounts} from './mounts.mjs';

const checks = [
  ['types', 'tsc', ['-p', 'tsconfig.json']],
  ['purity of the core', 'tsc', ['-p', 'src/tsconfig.pure.json']],
  ['lint', 'eslint', ['--max-warnings=0', 'src', 'test']],
  ['format', 'prettier', ['--check', '--log-level=warn', '.']],
];

const suites = {
  // jest would leave one core of two idle.
  unit: ['--testPathIgnorePatterns', '/test/system/', '--maxWorkers=100%'],
  // One after the other: each lab has network namespaces, a sendmail and a daemon of its own.
  system: ['--testPathPatterns', '/test/system/', '--runInBand'],
};

const total = {passed: 0, failed: 0, skipped: 0};

function runChecks() {
  for (const [name, tool, parameters] of checks) {
    const passed = runTool(tool, parameters).status === 0;
    console.log(`${passed ? 'ok' : 'FAILED'}: ${name}`);
    total[passed ? 'passed' : 'failed'] += 1;
  }
}

function runJest(name) {
  console.log(`\n${name} tests`);
  const folder = mkdtempSync(join(tmpdir(), 'blocksmtp-test-'));
  const report = join(folder, 'report.json');
  const [program, ...parameters] = inOwnMounts([
    process.execPath,
    '--experimental-vm-modules',
    '--no-warnings',
    join(root, 'node_modules/jest/bin/jest.js'),
    ...suites[name],
    '--json',
    `--outputFile=${report}`,
  ]);
  // With --json jest prints the report to its output too; its progress goes to stderr.
  const stdio = ['ignore', 'ignore', 'inherit'];
  const {status} = spawnSync(program, parameters, {cwd: root, stdio});
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
  const unaccounted =
    status !== 0 && result.numFailedTests + result.numRuntimeErrorTestSuites === 0;
  if (unaccounted || result.numTotalTests === 0) {
    console.log(`FAILED: the ${name} tests ended with ${status} and ${result.numTotalTests} tests`);
    total.failed += 1;
  }
}

const only = process.argv.find((word) => word.startsWith('--only='))?.slice('--only='.length);
ensureInstalled();
await build();
if (only === undefined || only === 'checks') runChecks();
if (only !== 'checks') ensureHostTools();
for (const name of Object.keys(suites)) {
  if (only === undefined || only === name) runJest(name);
}
if (process.env.CI === 'true' && total.skipped > 0) {
  console.log(`FAILED: ${total.skipped} tests were skipped, and CI must run them all`);
  total.failed += 1;
}
const {passed, failed, skipped} = total;
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed > 0 ? 1 : 0;
