/** When and by which process a queue id was made, for any time and process. */
import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import {queueId} from '../../system/lab/queue-id.js';
import {readQueueId} from '../../../src/mail/sendmail/queue-id.js';

const made = (ms: number, pid: number): string => queueId(pid, new Date(ms));

const time = fc
  .integer({min: Date.UTC(2002, 0), max: Date.UTC(2059, 11, 31)})
  .map((ms) => ms - (ms % 1000));
const pid = fc.integer({min: 1, max: 4_194_304});

test('an id that sendmail makes is read again, by a clock within the same year', () => {
  fc.assert(
    fc.property(time, pid, (ms, by) => {
      expect(readQueueId(made(ms, by), ms)).toEqual({pid: by, atMs: ms});
    }),
  );
});

test('no time is later than the year of the reference, none sixty years before it', () => {
  fc.assert(
    fc.property(time, time, (ms, referenceMs) => {
      const year = new Date(readQueueId(made(ms, 7), referenceMs)?.atMs ?? 0).getUTCFullYear();
      const now = new Date(referenceMs).getUTCFullYear();
      expect(year).toBeLessThanOrEqual(now);
      expect(year).toBeGreaterThan(now - 60);
    }),
  );
});

test('anything else is none, or a time', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9A-Za-z]{6,20}$/), (text) => {
      const facts = readQueueId(text, Date.UTC(2026, 10, 21));
      if (facts !== undefined) expect(Number.isFinite(facts.atMs)).toBe(true);
    }),
  );
});
