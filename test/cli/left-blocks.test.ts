/** A daemon that cannot start says which blocks nobody ends: the built program on a real state. */
import {afterAll, expect, test} from '@jest/globals';
import fs from 'node:fs';
import {openStore} from '../../src/sys/disk/store.js';
import {start} from '../support/child.js';
import {until} from '../support/temp.js';
import {blocksmtp, temporary} from './built.js';

const folder = temporary();
afterAll(() => folder.remove());

async function stateWith(name: string, ...endsMs: number[]): Promise<string> {
  const stateDir = folder.path(name);
  fs.mkdirSync(stateDir);
  const store = await openStore(stateDir, Date.now());
  for (const [i, untilMs] of endsMs.entries()) {
    const network = `192.0.2.${i + 1}`;
    const times = {fromMs: untilMs - 3_600_000, untilMs};
    store.state.blocks.set(network, {network, ...times, reason: 'x', origin: 'operator'});
  }
  store.commit();
  store.close();
  return stateDir;
}

const run = (name: string, stateDir: string, backend: string) => {
  const file = folder.write(
    `${name}.toml`,
    `state_dir = "${stateDir}"\nbackend = "${backend}"\nthreshold = 0\n`,
  );
  return blocksmtp(['run', `--config=${file}`]);
};

test('with a bad configuration: how many blocks stand, and which should have ended', async () => {
  const now = Date.now();
  const stateDir = await stateWith('overdue', now - 90 * 60_000, now + 3_600_000);
  const {code, stderr} = run('overdue', stateDir, 'iptables');
  expect(code).toBe(78);
  expect(stderr).toMatch(/threshold/);
  expect(stderr).toMatch(
    /error no daemon runs, so 2 blocks stand in iptables without an end; 1 of them should have ended: 192\.0\.2\.1 \(over for 90m\): correct the configuration and start it, or `blocksmtp flush` lifts all/,
  );
  // It has only looked: all is as it was.
  const store = await openStore(stateDir, now);
  expect(store.state.blocks.size).toBe(2);
  store.close();
});

test.each([
  ['a bad value of an option', 78, ['run', '--threshold=0']],
  ['an unknown option', 64, ['run', '--treshold=12']],
  ['an option without its value', 64, ['--threshold']],
  ['a word that is no command', 64, ['satus']],
  ['a port for the old word and other ports', 78, ['--mailer-port=25', '--mailer-ports=25,587']],
])('with %s too', async (name, code, words) => {
  const stateDir = await stateWith(name, Date.now() + 3_600_000);
  const file = folder.write('good.toml', `state_dir = "${stateDir}"\n`);
  const ended = blocksmtp([...words, `--config=${file}`]);
  expect([ended.code, ended.stderr]).toEqual([
    code,
    expect.stringContaining('1 block stands in iptables without an end'),
  ]);
  const listed = blocksmtp(['list', '--treshold=12', `--config=${file}`]);
  expect([listed.code, listed.stderr]).toEqual([64, expect.not.stringContaining('iptables')]);
});

test('with a file that is not there, where the state is named', async () => {
  const stateDir = await stateWith('named', Date.now() + 3_600_000);
  const words = ['run', `--config=${folder.path('none.toml')}`, `--state-dir=${stateDir}`];
  const {code, stderr} = blocksmtp(words);
  expect([code, stderr]).toEqual([78, expect.stringContaining('without an end')]);
});

test('nothing of it while a process works on the state, and its lock is not waited for', async () => {
  const stateDir = await stateWith('held', Date.now() - 60_000);
  const holder = start('flock', [
    '--no-fork',
    `${stateDir}/lock`,
    'sh',
    '-c',
    'echo held; exec sleep 1000',
  ]);
  try {
    await until('the lock to be held', () => holder.output() === 'held\n');
    const {code, stderr} = blocksmtp(['satus', `--state-dir=${stateDir}`]);
    expect([code, stderr]).toEqual([64, expect.not.stringMatching(/iptables|another/)]);
  } finally {
    holder.process.kill('SIGKILL');
    await holder.ended;
  }
});

test('nothing of it where the kernel ends them, or none stands', async () => {
  const now = Date.now();
  const many = await stateWith('sets', now - 60_000);
  const none = await stateWith('none');
  for (const [name, stateDir, backend] of [
    ['sets', many, 'nftables'],
    ['none', none, 'iptables'],
    ['missing', folder.path('missing'), 'iptables'],
  ] as const) {
    const {code, stderr} = run(name, stateDir, backend);
    expect([code, stderr]).toEqual([78, expect.not.stringContaining('without an end')]);
  }
  expect(fs.existsSync(folder.path('missing'))).toBe(false);
});
