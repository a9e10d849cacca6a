/**
 * The built program where no daemon runs: what it looks at, what it leaves alone, and what it tells.
 * The programs of the firewall are stand-ins that note how they were called and hold no rule.
 */
import {afterAll, beforeEach, expect} from '@jest/globals';
import {spawnSync} from 'node:child_process';
import {chmodSync, existsSync, mkdirSync, readFileSync, rmSync} from 'node:fs';
import {whereAvailable} from '../support/where-available.js';
import {blocksmtp, type Ended, temporary} from './built.js';

const files = temporary();
afterAll(() => files.remove());
const withFlock = whereAvailable({tools: ['flock']});
const test = (name: string, body: () => void): void =>
  withFlock(name, () => Promise.resolve().then(body));

const whitelist = files.write('whitelist', '192.0.2.0/24\n');
const [calls, stateDir, socket] = [files.path('calls'), files.path('state'), files.path('socket')];
mkdirSync(files.path('bin'));
const emptyTable =
  '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n';
for (const program of ['iptables', 'ip6tables']) {
  for (const name of [program, `${program}-save`, `${program}-restore`]) {
    const said = name.endsWith('-save') ? `cat <<'END'\n${emptyTable}END\n` : '';
    chmodSync(files.write(`bin/${name}`, `#!/bin/sh\necho "$0 $*" >> ${calls}\n${said}`), 0o755);
  }
}
const options = [
  `--config=${files.write('empty.toml', '')}`,
  ...[`--white-list=${whitelist}`, `--state-dir=${stateDir}`, `--control-socket=${socket}`],
];
const ask = (...words: string[]): Ended =>
  blocksmtp([...words, ...options], (program, its) => [
    ...['env', `PATH=${files.path('bin')}:${process.env['PATH']}`, program],
    ...its,
  ]);
const called = (): string => (existsSync(calls) ? readFileSync(calls, 'utf8') : '');

beforeEach(() => {
  rmSync(calls, {force: true});
  rmSync(stateDir, {force: true, recursive: true});
});

test('a refused command, or one that finds no block, makes no chain', () => {
  expect(ask('unblock', '203.0.113.7')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('203.0.113.7 was not blocked'),
  });
  expect(ask('block', '192.0.2.7').code).toBe(1);
  expect(called()).toBe('');
  expect(ask('block', '203.0.113.7').code).toBe(0);
  expect(called()).toContain('iptables-restore');
  rmSync(calls);
  expect(ask('unblock', '203.0.113.7').code).toBe(0);
  expect(called()).toContain('iptables-restore');
});

test('why reads the whitelist, and keeps nothing of it', () => {
  const ended = ask('why', '192.0.2.7', '--no-names');
  const [exempt] = ended.stdout.split('\n');
  expect(exempt).toBe(`192.0.2.7: never blocked: whitelisted by ${whitelist}:1: 192.0.2.0/24`);
  expect([ended.code, existsSync(stateDir), called()]).toEqual([0, false, '']);
});

test('why and list name the operator as the origin, and say how the block ends', () => {
  ask('block', '203.0.113.7');
  const why = ask('why', '203.0.113.7').stdout;
  expect(why).toMatch(/^blocked from \S+ until \S+ \(\w+ left\): by the operator$/m);
  expect(why).toMatch(/^to end the block: blocksmtp unblock 203\.0\.113\.7$/m);
  expect(why).toContain(`blocksmtp allow 203.0.113.7 (a line in ${whitelist})`);
  expect(why).not.toMatch(/asked for|blocks so far/);
  expect(ask('list', '--no-names').stdout).toMatch(
    /^203\.0\.113\.7 +\S+ +\w+(?: \w+)? +- +- +- +by the operator$/m,
  );
});

test('why and list as JSON; without names none is there', () => {
  ask('block', '203.0.113.7');
  const why = JSON.parse(ask('why', '203.0.113.7', '--json', '--no-names').stdout) as object;
  expect(why).toMatchObject({network: '203.0.113.7', block: {origin: 'operator'}});
  expect(why).not.toHaveProperty('name');
  const listed = JSON.parse(ask('list', '--json', '--no-names').stdout) as unknown;
  expect(listed).toMatchObject([{network: '203.0.113.7', blockedBy: 'operator'}]);
});

test('a socket at which nobody listens any more is reported', () => {
  expect(ask('list').stderr).not.toContain('nobody listens');
  const dying = `require('net').createServer().listen(${JSON.stringify(socket)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', dying]);
  const ended = ask('list');
  expect([ended.code, ended.stdout]).toEqual([0, 'nobody is blocked\n']);
  expect(ended.stderr).toContain(`${socket} is there, and nobody listens: `);
});
