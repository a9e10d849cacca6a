/** The built daemon over its lives, as a dry run, which needs no rights: signals, and what it remembers. */
import {afterEach, beforeEach, expect, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {guessLines} from '../../daemon/crash/guess-lines.js';
import {type Child, start} from '../../support/child.js';
import {sleep, tempDirs, until} from '../../support/temp.js';

const newDir = tempDirs();
let folder = '';
let child: Child;
const place = (name: string): string => join(folder, name);
const times = (shape: RegExp): number => child.complaints().match(shape)?.length ?? 0;

function configure(threshold: number): void {
  const lines = [
    'dry_run = true',
    `threshold = ${threshold}`,
    `state_dir = "${place('state')}"`,
    `syslog_msgs_file = "${place('mail.log')}"`,
    `white_list = "${place('whitelist')}"`,
    'outbound = "off"',
  ];
  fs.writeFileSync(place('settings'), `${lines.join('\n')}\n`);
}

beforeEach(async () => {
  folder = newDir();
  for (const name of ['mail.log', 'whitelist']) fs.writeFileSync(place(name), '');
  configure(10);
  const program = join(process.cwd(), 'dist/blocksmtp.js');
  child = start(process.execPath, [program, 'run', `--config=${place('settings')}`]);
  await until('its start', () => times(/following/g) === 1);
});
afterEach(async () => {
  child.process.kill('SIGKILL');
  await child.ended;
});

const guess = (client: string, names = 12): void =>
  fs.appendFileSync(place('mail.log'), guessLines(client, names, Date.now()));

test('a dry run remembers over a reload the clients that it would have blocked', async () => {
  guess('192.0.2.7');
  await until('the block', () => times(/block 192\.0\.2\.7 /g) === 1);
  configure(11);
  child.process.kill('SIGHUP');
  await until('the next life', () => times(/following/g) === 2);
  guess('192.0.2.7');
  guess('198.51.100.7');
  await until('the other block', () => times(/block 198\.51\.100\.7 /g) === 1);
  expect(times(/block 192\.0\.2\.7 /g)).toBe(1);
  expect(fs.existsSync(place('state'))).toBe(false);
});

test('signals at any time, also between two lives, neither kill it nor get lost', async () => {
  for (let threshold = 11; threshold < 31; threshold++) {
    configure(threshold);
    child.process.kill('SIGHUP');
    await sleep(threshold * 4);
  }
  configure(3);
  child.process.kill('SIGHUP');
  await until(
    'the last reload',
    () => {
      // The last one may have come while a life was ending: it is for the next.
      guess('203.0.113.7', 5);
      return times(/block 203\.0\.113\.7 /g) === 1;
    },
    20_000,
  );
  child.process.kill('SIGHUP');
  child.process.kill('SIGTERM');
  expect(await child.ended).toBe(0);
  expect(child.complaints()).toMatch(/end of the dry run\n$/);
});
