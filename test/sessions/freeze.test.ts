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
  waitsForCommand,
} from '../../src/sessions/freeze.js';

const isExempt = ({text}: Address): boolean => text === '192.0.2.8';
const view = {dialect: sendmail, isExempt};
const startedMs = 1_796_000_000_000;
const serving = 'sendmail: MTA: 6ALBjJc0000152 host [192.0.2.7]: RCPT TO:<x@example.net>';

test.each([
  ['it works for a client', serving, 'R', true],
  ['it begins an envelope', 'sendmail: MTA: 6ALBjJc0000152 [192.0.2.7]: RSET', 'R', true],
  ['it waits for a client', 'sendmail: MTA: server host [192.0.2.7] cmd read', 'S', true],
  ['it reads from a disk', serving, 'D', true],
  ['somebody has frozen it', serving, 'T', false],
  ['a debugger has', serving, 't', false],
  ['it has ended', serving, 'Z', false],
  ['it accepts connections', 'sendmail: MTA: accepting connections', 'S', false],
  ['it works through the queue', 'sendmail: MTA: running queue: /var/spool/mqueue', 'S', false],
  ['its client is exempt', serving.replace('2.7]', '2.8]'), 'S', false],
  ['it delivers', 'sendmail: ./6ALBjJc0000152 [192.0.2.7]: user open', 'S', false],
  ['it delivers to a client', 'sendmail: 6ALBjJc0000152 a [192.0.2.7]: client RCPT', 'S', false],
  ['it says nothing', '', 'S', false],
])('%s', (_, title, state, isFrozen) => {
  expect(mayFreeze({title, state, startedMs}, startedMs, view)).toBe(isFrozen);
});

test.each([
  ['at the time of the envelope', 0, true],
  ['within the second of the queue id', -2000, true],
  ['later than the envelope', -2001, false],
])('it began %s', (_, afterMs, isFrozen) => {
  const facts = {title: serving, state: 'S', startedMs};
  expect(mayFreeze(facts, startedMs + afterMs, view)).toBe(isFrozen);
});

test.each([
  ['waits for a command', 'sendmail: MTA: server host [192.0.2.7] cmd read', 'S', true],
  ['has just read one', 'sendmail: MTA: server host [192.0.2.7] cmd read', 'R', false],
  ['is halted', 'sendmail: MTA: server host [192.0.2.7] cmd read', 'T', false],
  ['looks something up', serving, 'S', false],
])('a process that %s', (_, title, state, waits) => {
  expect(waitsForCommand({title, state}, sendmail)).toBe(waits);
});

test('a process that serves all clients is never frozen', () => {
  const shared = {...sendmail, processes: {kind: 'shared'}} as const;
  const facts = {title: serving, state: 'S', startedMs};
  expect(mayFreeze(facts, startedMs, {...view, dialect: shared})).toBe(false);
});

test('notes are read again; half a line names no process, nor does any other text', () => {
  const processes = [
    {pid: 7, startTicks: 4711},
    {pid: 4_194_304, startTicks: 99_999_999},
  ];
  expect(notedFrozen(processes.map(frozenNote).join(''))).toEqual(processes);
  expect(notedFrozen(`7 47${processes.map(frozenNote).join('')}8 4`)).toEqual([
    {pid: 7, startTicks: 47},
    ...processes,
  ]);
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
