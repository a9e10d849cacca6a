/** What a command reports at the end of a log that it read as a whole. */
import {expect, test} from '@jest/globals';
import {Guard} from '../../src/guard/guard.js';
import {emptyState} from '../../src/guard/state.js';
import {mostListened, OfflineEar} from '../../src/hearing/offline.js';
import {sendmail} from '../../src/mail/sendmail/dialect.js';
import {settings} from '../score/samples.js';
import {nowMs, unknown} from './lines.js';

function heard(log: string): ReturnType<OfflineEar['end']> {
  const guard = new Guard(settings, emptyState('unsaved'));
  const wanted = {names: ['sm-mta'], host: undefined, namesAre: 'named'} as const;
  const ear = new OfflineEar(sendmail, wanted, (record) => guard.read(record));
  ear.piece(Buffer.from(log, 'latin1'), nowMs);
  return ear.end();
}
const lines = (count: number, tag: string, message = unknown): string =>
  `Nov 21 11:00:00 relay ${tag}[7]: ${message}\n`.repeat(count);

test('nothing of the mailer, all of it under another name, or among much else', () => {
  expect(heard(lines(12, 'mta-in'))).toMatchObject({verdict: 'deaf'});
  expect(heard(lines(5000, 'cron', 'x') + lines(12, 'mta-in'))).toMatchObject({verdict: 'deaf'});
  expect(heard(lines(12, 'mta-in') + lines(1, 'sm-mta'))).toMatchObject({verdict: 'hears'});
});

test('a log of others, or an empty one, is quiet', () => {
  expect(heard('')).toEqual({verdict: 'quiet', why: []});
  expect(heard(lines(12, 'cron', 'x'))).toEqual({
    verdict: 'quiet',
    why: ['0 of 12 lines are of `sm-mta`; the most frequent programs are `cron` 12'],
  });
  expect(heard(lines(100, 'sm-mta', 'x')).verdict).toBe('quiet');
});

test('only the beginning is listened to', () => {
  const log = lines(mostListened, 'cron', 'x') + lines(50, 'mta-in');
  expect(heard(log).verdict).toBe('quiet');
});
