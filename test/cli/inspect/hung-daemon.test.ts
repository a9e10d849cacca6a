/** What the commands say of a process that has state and socket, and does not answer. */
import {afterEach, beforeEach, expect, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {patienceMs} from '../../../src/cli/inspect/hung-daemon.js';
import {type Child, start} from '../../support/child.js';
import {tempDirs, until} from '../../support/temp.js';
import {blocksmtp} from '../built.js';

const newDir = tempDirs();
let folder = '';
let child: Child | undefined;
beforeEach(() => {
  folder = newDir();
  const lines = [
    `state_dir = "${folder}"`,
    `control_socket = "${folder}/socket"`,
    `white_list = "${folder}/whitelist"`,
    `syslog_msgs_file = "${folder}/mail.log"`,
    'outbound = "warn"',
  ];
  fs.writeFileSync(join(folder, 'whitelist'), '');
  fs.writeFileSync(join(folder, 'blocksmtp.toml'), lines.join('\n'));
});
afterEach(async () => {
  child?.process.kill('SIGKILL');
  await child?.ended;
});

const ask = (...words: string[]) => blocksmtp([...words, `--config=${folder}/blocksmtp.toml`]);

async function hang(how: 'for (;;);' | ''): Promise<number> {
  const script = `require('fs').openSync('${folder}/lock', 'a');
    require('net').createServer().listen('${folder}/socket', () => {
      process.stdout.write('listens', () => { ${how} });
    });`;
  const made = start(process.execPath, ['-e', script]);
  child = made;
  await until('its socket', () => made.output() === 'listens');
  return made.process.pid ?? 0;
}

test.each([
  ['status', [], 69],
  ['list', [], 69],
  ['why', ['192.0.2.7'], 69],
])('%s of one whose event loop is blocked', async (command, operands, code) => {
  const pid = await hang('for (;;);');
  const ended = ask(command, ...operands);
  expect([ended.code, ended.stdout]).toEqual([code, '']);
  expect(ended.stderr).toMatch(
    new RegExp(`the daemon \\(pid ${pid}\\) has not answered for 1 s: it is busy, and uses \\d+ %`),
  );
  expect(ended.stderr).toMatch(/the kernel holds \S+.* of IPv4/);
});

test('a stopped daemon; doctor finds it, and measures nothing then', async () => {
  const pid = await hang('');
  process.kill(pid, 'SIGSTOP');
  expect(ask('status').stderr).toContain(`pid ${pid}) has not answered for 1 s: it is stopped`);
  const doctor = ask('doctor');
  expect([doctor.code, doctor.stdout]).toEqual([1, expect.stringMatching(/^BAD .*it is stopped/m)]);
});

test('a daemon that listens and sleeps', async () => {
  await hang('');
  expect(ask('status').stderr).toMatch(/has not answered for 1 s: it sleeps/);
});

test('waiting, looking and the start of a program fit into two seconds', () => {
  expect(patienceMs).toBeLessThanOrEqual(1000);
});
