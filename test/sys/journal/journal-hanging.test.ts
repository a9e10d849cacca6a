/** The journal's follower when a journalctl hangs before it gives a stored entry. */
import {afterEach, expect, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {Backoff} from '../../../src/base/mechanisms/backoff.js';
import {silence} from '../../../src/sys/journal/journal.js';
import {JournalReader} from './journal-files.js';
import {tempDirs, until} from '../../support/temp.js';

const newDir = tempDirs();
const path = process.env['PATH'];
afterEach(() => {
  process.env['PATH'] = path;
});

test('it is reported and ended, the next one has longer, and reading goes on when one answers', async () => {
  const folder = newDir();
  const [starts, answers] = [join(folder, 'starts'), join(folder, 'answers')];
  // It answers when a file says so, and then waits as a follower does.
  const script = `read seconds _ </proc/uptime
echo $seconds >>${starts}
[ -e ${answers} ] || exec sleep 600
case "$*" in *--follow*) exec sleep 600;; esac`;
  fs.writeFileSync(join(folder, 'journalctl'), `#!/bin/sh\n${script}\n`, {mode: 0o755});
  process.env['PATH'] = `${folder}:${path}`;
  const started = (): number[] =>
    fs.existsSync(starts) ? fs.readFileSync(starts, 'utf8').trim().split('\n').map(Number) : [];
  // The second one has five seconds more, far longer than a busy machine takes to start one.
  const bounds = {firstMs: 5000, lastMs: 20_000};
  const reader = new JournalReader(newDir(), {cursor: 't=1'}, ['sm-mta'], bounds);
  await until('the report', () => reader.kinds().includes('unreadable'));
  await until('the third child', () => started().length > 2);
  const why = 'journalctl gave nothing and did not end';
  expect(reader.events).toEqual([{kind: 'unreadable', why}]);
  const [first = 0, second = 0, third = 0] = started();
  expect(third - second).toBeGreaterThan(second - first + 1);
  fs.writeFileSync(answers, '');
  await until('it follows', () => reader.kinds().includes('following'));
  await reader.stop();
});

test('a journalctl on a slow disk has more time after each failure, at last as long as any child runs', () => {
  const backoff = new Backoff(silence);
  const minutes = Array.from({length: 6}, () => backoff.failed() / 60_000);
  expect(minutes).toEqual([1, 2, 4, 8, 10, 10]);
});
