/** Where the mailer is looked for while it is silent: in real files. */
import {expect, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {longestSilenceMs} from '../../../src/hearing/judge.js';
import {Elsewhere} from '../../../src/hearing/live/elsewhere.js';
import {sendmail} from '../../../src/mail/sendmail/dialect.js';
import {tempDirs} from '../../support/temp.js';
import {unknown} from '../lines.js';

const newDir = tempDirs();
const never = new AbortController().signal;
const wanted = {names: ['sm-mta'], host: undefined};

function looking(log: string): Elsewhere {
  const plan = {files: [log], journal: 'left'} as const;
  return new Elsewhere({dialect: sendmail, wanted, plan, ports: []}, () => undefined);
}
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
  await before.look(sinceMs, nowMs, never);
  expect(before.found(sinceMs).elsewhere?.name).not.toBe(`${log}.1`);
  fs.appendFileSync(`${log}.1`, line(nowMs - 1000) + line(nowMs - 500));
  const after = looking(log);
  // Not before it has been silent for some time, and not for what is older than the last line here.
  await after.look(sinceMs + 1, nowMs, never);
  expect(after.found(sinceMs + 1)).toEqual({elsewhere: undefined, sessions: 0});
  await after.look(sinceMs, nowMs, never);
  expect(after.found(sinceMs).elsewhere).toEqual({name: `${log}.1`, lines: 2});
  // A line here makes what was found before worthless.
  expect(after.found(nowMs).elsewhere).toBeUndefined();
});
