/** A real daemon whose file has gone bad: what it does, and where it says so. */
import {afterEach, expect} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {blocksmtp} from '../../cli/built.js';
import {type Child, start} from '../../support/child.js';
import {tempDirs, until} from '../../support/temp.js';
import {whereAvailable} from '../../support/where-available.js';

const newDir = tempDirs();
const test = whereAvailable({
  root: true,
  tools: ['iptables', 'flock'],
  works: ['unshare', '--net', 'true'],
});
let child: Child | undefined;
afterEach(async () => {
  child?.process.kill('SIGKILL');
  await child?.ended;
  child = undefined;
});

test('the last good configuration is in force, and log, status, doctor and figures say so', async () => {
  const folder = newDir();
  const path = (name: string): string => join(folder, name);
  const file = path('blocksmtp.toml');
  const good = [
    'threshold = 7',
    `state_dir = "${path('state')}"`,
    `control_socket = "${path('socket')}"`,
    `syslog_msgs_file = "${path('mail.log')}"`,
    `white_list = "${path('whitelist')}"`,
    `metrics_file = "${path('figures.prom')}"`,
    'check_interval = "1s"',
    'outbound = "off"',
  ].join('\n');
  for (const name of ['mail.log', 'whitelist']) fs.writeFileSync(path(name), '');
  const begin = async (): Promise<Child> => {
    const words = ['--net', process.execPath, 'dist/blocksmtp.js', 'run', `--config=${file}`];
    const made = start('unshare', words);
    child = made;
    await until('its start', () => made.complaints().includes('following'));
    return made;
  };
  fs.writeFileSync(file, good);
  const first = await begin();
  first.process.kill('SIGTERM');
  await first.ended;

  fs.writeFileSync(file, good.replace('threshold', 'treshold'));
  const second = await begin();
  const told = 'the configuration file is BAD and NOT in force, the last good one is: ';
  expect(second.complaints()).toContain(`error ${told}`);
  const status = blocksmtp(['status', `--config=${file}`]);
  expect([status.code, status.stdout]).toEqual([1, expect.stringContaining(told)]);
  const doctor = blocksmtp(['doctor', `--config=${file}`]);
  expect([doctor.code, doctor.stdout]).toEqual([1, expect.stringContaining(`BAD     ${told}`)]);
  const figure = '\nblocksmtp_trial{state="badFile"}';
  const figures = (): string =>
    fs.existsSync(path('figures.prom')) ? fs.readFileSync(path('figures.prom'), 'utf8') : '';
  await until('the figures', () => figures().includes(`${figure} 1\n`));

  fs.writeFileSync(file, good);
  expect(blocksmtp(['reload', `--config=${file}`]).code).toBe(0);
  expect(blocksmtp(['status', `--config=${file}`]).stdout).not.toContain('BAD');
  await until('the figures', () => figures().includes(`${figure} 0\n`));

  fs.writeFileSync(file, 'threshold = 1\n');
  second.process.kill('SIGHUP');
  await until('the refusal', () => second.complaints().includes('reload refused'));
  expect(blocksmtp(['check-config', file]).code).toBe(78);
  expect(blocksmtp(['status', `--control-socket=${path('socket')}`, `--config=${file}`]).code).toBe(
    1,
  );
  second.process.kill('SIGTERM');
  expect(await second.ended).toBe(0);
});
