/** The words about a queue that is too long: hostile names, and whose the messages are. */
import {expect, test} from '@jest/globals';
import {endText, queueWarning} from '../../../src/submission/queue/warning.js';

const atMs = Date.UTC(2026, 10, 2);
const news = {kind: 'began', count: 5000, limit: 2000, usual: 900, how: 'loud'} as const;
const warningOf = (senders: readonly (readonly [string, number])[], more = {}) =>
  queueWarning({news: {...news, ...more}, senders: new Map(senders), host: 'relay', atMs});

test('it names those with most messages, and how many are of unknown senders', () => {
  const {title, text, lines, json, uid} = warningOf([
    ['uid:33', 100],
    ['auth:anna@example.org', 4000],
    ['host:192.0.2.80', 0],
  ]);
  expect(title).toBe('the queue is long: 5000 messages wait');
  expect(text).toBe(lines.join('; '));
  expect(text).toContain('(limit 2000; usually at most 900)');
  expect(text).toContain(
    'most: 4000 of auth anna@example.org, 100 of uid 33, 900 of unknown senders; see blocksmtp queue --count',
  );
  expect(uid).toBe(-1);
  expect(JSON.parse(json)).toEqual({
    ...{version: 1, kind: 'queue', time: '2026-11-02T00:00:00.000Z', host: 'relay', text},
    ...{count: 5000, limit: 2000, usual: 900, unknown: 900},
    senders: [
      {way: 'auth', sender: 'anna@example.org', messages: 4000},
      {way: 'uid', sender: '33', messages: 100},
    ],
  });
});

test('it names at most five, and leaves out what is unknown', () => {
  const many = Array.from({length: 9}, (_, i) => [`uid:${i}`, 500 + i] as const);
  expect(warningOf(many).text).toContain(
    'most: 508 of uid 8, 507 of uid 7, 506 of uid 6, 505 of uid 5, 504 of uid 4, 464 of unknown',
  );
  expect(warningOf([], {count: 3000, usual: 0}).lines).toEqual([
    'the queue is long: 3000 messages wait (limit 2000)',
    'most: 3000 of unknown senders',
    'see blocksmtp queue --count, and blocksmtp senders',
  ]);
});

test('names are of strangers: nothing in them ends a line or passes for ours', () => {
  const {text, json} = warningOf([['auth:x\n; 1 of uid 0', 4900]]);
  expect(text).not.toContain('\n');
  expect(text).toMatch(/4900 of auth "x\S*; 1 of uid 0"/);
  expect(JSON.parse(json)).toMatchObject({senders: [{messages: 4900}]});
});

test('the end says how long it was', () => {
  const alarm = {sinceMs: atMs, longest: 7000};
  expect(endText({kind: 'ended', count: 5, alarm})).toBe(
    'outgoing mail: the queue is no longer long: 5 messages wait; 7000 at most since 2026-11-02T00:00:00Z',
  );
});
