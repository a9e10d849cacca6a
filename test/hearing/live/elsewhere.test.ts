/** Where the mailer is looked for while it is silent: in real files. */
import {expect, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {longestSilenceMs} from '../../../src/hearing/judge.js';
import {Elsewhere, type SilentSince} from '../../../src/hearing/live/elsewhere.js';
import {sendmail} from '../../../src/mail/sendmail/dialect.js';
import {tempDirs} from '../../support/temp.js';
import {clocksAt, unknown} from '../lines.js';

const newDir = tempDirs();
const never = new AbortController().signal;
const wanted = {names: ['sm-mta'], host: undefined};

function looking(log: string): Elsewhere {
  const plan = {files: [log], journal: 'left'} as const;
  return new Elsewhere({dialect: sendmail, wanted, plan, ports: []}, () => undefined);
}
/** The times of both are the same here. */
const silent = (ms: number): SilentSince => ({mailerMs: ms, clientMs: ms});
const line = (atMs: number, message = unknown): string =>
  `${new Date(atMs).toISOString()} relay sm-mta[1]: ${message}\n`;

test('a syslogd that still writes to the file that was rotated away', async () => {
  const log = join(newDir(), 'mail.log');
  fs.writeFileSync(log, '');
  const nowMs = Date.now();
  const sinceMs = nowMs - longestSilenceMs;
  // What was written before the silence was read, and what others write is no sign of the mailer.
  fs.writeFileSync(`${log}.1`, `${line(sinceMs - 1)}${line(nowMs - 1, 'starting daemon')}`);
  const before = looking(log);
  await before.look(silent(sinceMs), clocksAt(nowMs), never);
  expect(before.found(silent(sinceMs)).elsewhere?.name).not.toBe(`${log}.1`);
  fs.appendFileSync(`${log}.1`, line(nowMs - 1000) + line(nowMs - 500));
  const after = looking(log);
  // Not before it has been silent for some time, and not for what is older than the last line here.
  await after.look(silent(sinceMs + 1), clocksAt(nowMs), never);
  expect(after.found(silent(sinceMs + 1))).toEqual({elsewhere: undefined, sessions: 0});
  await after.look(silent(sinceMs), clocksAt(nowMs), never);
  expect(after.found(silent(sinceMs)).elsewhere).toEqual({name: `${log}.1`, lines: 2});
  // A line here makes what was found before worthless.
  expect(after.found(silent(nowMs)).elsewhere).toBeUndefined();
});

const base60 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwx';
/** As sendmail makes them: year, month, day, hour, minute and second in UTC. */
function idAt(ms: number): string {
  const at = new Date(ms);
  const parts = [(at.getUTCFullYear() - 1900) % 60, at.getUTCMonth(), at.getUTCDate()];
  const times = [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()];
  return `${[...parts, ...times].map((part) => base60[part]).join('')}0c000152`;
}
/** A line with a classic stamp, by a clock that is so much ahead of ours. */
function classic(atMs: number, aheadMs: number): string {
  const [, month = '', day = '', , time = ''] = new Date(atMs + aheadMs).toString().split(' ');
  return `${month} ${day} ${time} relay sm-mta[1]: ${idAt(atMs)}: <anna@example.net>... User unknown\n`;
}

test.each([0, 3_600_000, -3_600_000])(
  'classic stamps that are %d ms ahead: only lines with a newer id count',
  async (aheadMs) => {
    const log = join(newDir(), 'mail.log');
    fs.writeFileSync(log, '');
    const nowMs = Date.now();
    const sinceMs = nowMs - longestSilenceMs;
    fs.writeFileSync(
      `${log}.1`,
      classic(sinceMs - 40_000, aheadMs) + classic(sinceMs - 20_000, aheadMs),
    );
    const before = looking(log);
    await before.look(silent(sinceMs), clocksAt(nowMs), never);
    expect(before.found(silent(sinceMs)).elsewhere?.name).not.toBe(`${log}.1`);
    fs.appendFileSync(`${log}.1`, classic(nowMs - 30_000, aheadMs));
    const after = looking(log);
    await after.look(silent(sinceMs), clocksAt(nowMs), never);
    expect(after.found(silent(sinceMs)).elsewhere).toEqual({name: `${log}.1`, lines: 1});
  },
);

test('a clock that was set back by a day does not make it wait for a day', async () => {
  const log = join(newDir(), 'mail.log');
  const nowMs = Date.now();
  fs.writeFileSync(log, '');
  fs.writeFileSync(`${log}.1`, line(nowMs - 1000));
  const elsewhere = looking(log);
  const monotonicMs = longestSilenceMs + 1;
  await elsewhere.look(silent(1), {wallMs: nowMs, monotonicMs}, never);
  expect(elsewhere.found(silent(1)).elsewhere).toEqual({name: `${log}.1`, lines: 1});
});
