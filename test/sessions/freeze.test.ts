/** Which process may be frozen for a moment, and what is noted about it. */
import {expect, test} from '@jest/globals';
import {sendmail} from '../../src/mail/sendmail/dialect.js';
import type {Address} from '../../src/net/address.js';
import {
  frozenNote,
  hurryMs,
  mayFreeze,
  mayFreezeAgain,
  mostTimes,
  notedFrozen,
} from '../../src/sessions/freeze.js';

const isExempt = ({text}: Address): boolean => text === '192.0.2.8';
const serving = 'sendmail: MTA: 6ALBjJc0000152 host [192.0.2.7]: RCPT TO:<x@example.net>';

test.each([
  ['it works for a client', serving, 'R', true],
  ['it waits for a client', 'sendmail: MTA: server host [192.0.2.7] cmd read', 'S', true],
  ['it reads from a disk', serving, 'D', true],
  ['somebody has frozen it', serving, 'T', false],
  ['a debugger has', serving, 't', false],
  ['it has ended', serving, 'Z', false],
  ['it accepts connections', 'sendmail: MTA: accepting connections', 'S', false],
  ['it works through the queue', 'sendmail: MTA: running queue: /var/spool/mqueue', 'S', false],
  ['its client is exempt', serving.replace('2.7]', '2.8]'), 'S', false],
  ['it says nothing', '', 'S', false],
])('%s', (_, title, state, isFrozen) => {
  expect(mayFreeze({title, state}, sendmail, isExempt)).toBe(isFrozen);
});

test('a process that serves all clients is never frozen', () => {
  const shared = {...sendmail, processes: {kind: 'shared'}} as const;
  expect(mayFreeze({title: serving, state: 'S'}, shared, isExempt)).toBe(false);
});

test('notes are read again; half a line names no process, nor does any other text', () => {
  const processes = [
    {pid: 7, startTicks: 4711},
    {pid: 4_194_304, startTicks: 99_999_999},
  ];
  expect(notedFrozen(processes.map(frozenNote).join(''))).toEqual(processes);
  for (const text of [
    '',
    '7',
    '7 47',
    '-7 4711\n',
    ' 7 4711\n',
    'x\n',
    '7 4711 1\n',
    '12345678901 1\n',
  ])
    expect(notedFrozen(text)).toEqual([]);
});

test.each([
  ['it was thawed a moment ago', {times: 1, thawedMs: 1000}, true],
  ['it is frozen', {times: 1, thawedMs: undefined}, false],
  ['it had the time that an honest client takes', {times: 1, thawedMs: 1001 - hurryMs}, false],
  ['it was frozen often', {times: mostTimes, thawedMs: 1000}, false],
])('again: %s', (_, before, isFrozen) => {
  expect(mayFreezeAgain({startTicks: 7, ...before}, 1001)).toBe(isFrozen);
});
