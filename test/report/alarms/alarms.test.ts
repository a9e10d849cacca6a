/** What is worth a mail, and when it is reported. */
import {expect, test} from '@jest/globals';
import {
  againMs,
  AlarmBook,
  alarmsOf,
  deafSettledMs,
  heldSettledMs,
  settledMs,
} from '../../../src/report/alarms/alarms.js';
import type {MailStatus} from '../../../src/report/mail/status.js';
import type {Status} from '../../../src/report/status.js';
import {family, listLost, statusOf} from '../status-samples.js';

const deafHearing = {...statusOf().hearing, verdict: 'deaf'} as Status['hearing'];

const nothing = {messages: 0, recipients: 0};
const mailOf = (mode: MailStatus['mode'], held: number): MailStatus => ({
  ...{mode, senders: 0, over: 0, inQueue: {waiting: 7, held}},
  totals: {auth: nothing, uid: nothing, host: nothing, bounce: nothing, incoming: nothing},
});

test.each<[string, Partial<Status>, string[]]>([
  ['all is well', {}, []],
  ['blocking is stopped', {crowd: listLost}, ['stopped']],
  ['not all blocks stand', {families: [family({standing: 9})]}, ['notInForce']],
  ['the firewall refuses', {families: [family({failure: 'no'})]}, ['notInForce']],
  ['nothing is heard', {hearing: deafHearing}, ['deaf']],
  ['mail lies held', {mail: mailOf('quarantine', 2)}, ['held']],
  ['none is held', {mail: mailOf('quarantine', 0)}, []],
  ['others hold it', {mail: mailOf('warn', 2)}, []],
  ['all at once', {crowd: listLost, hearing: deafHearing}, ['stopped', 'deaf']],
])('%s', (_, changes, keys) => {
  expect(alarmsOf(statusOf(changes)).map(({key}) => key)).toEqual(keys);
});

const lost = alarmsOf(statusOf({crowd: listLost}));
const titles = (due: readonly {readonly title: string}[]): string[] => due.map(({title}) => title);

test('an alarm is reported when it lasts for a minute, again after a day, and when it is over for a minute', () => {
  const book = new AlarmBook();
  expect(book.look(lost, 0)).toEqual([]);
  expect(book.look(lost, settledMs - 1)).toEqual([]);
  expect(titles(book.look(lost, settledMs))).toEqual(['blocking is stopped']);
  expect(book.look(lost, settledMs + againMs - 1)).toEqual([]);
  const lastMs = settledMs + againMs;
  expect(titles(book.look(lost, lastMs))).toEqual(['blocking is stopped']);
  expect(book.look([], lastMs + 1)).toEqual([]);
  expect(book.look([], lastMs + settledMs)).toEqual([]);
  expect(titles(book.look([], lastMs + 1 + settledMs))).toEqual(['no longer: blocking is stopped']);
  expect(book.look([], lastMs + 2 + settledMs)).toEqual([]);
});

test('an alarm that is over for a minute before its report is not reported', () => {
  const book = new AlarmBook();
  for (let nowMs = 0; nowMs < againMs; nowMs += 3 * settledMs) {
    expect(book.look(lost, nowMs)).toEqual([]);
    expect(book.look(lost, nowMs + settledMs / 2)).toEqual([]);
    for (const looks of [1, 2]) expect(book.look([], nowMs + looks * settledMs)).toEqual([]);
  }
});

test('held mail is reported when it has lain for a day, and each day again', () => {
  const book = new AlarmBook();
  const held = alarmsOf(statusOf({mail: mailOf('quarantine', 1)}));
  expect(held[0]?.lines[0]).toContain('1 message held');
  expect(held[0]?.lines.join(' ')).toContain('queue release --reason "blocksmtp: *"');
  expect(book.look(held, 0)).toEqual([]);
  expect(book.look(held, heldSettledMs - 1)).toEqual([]);
  expect(titles(book.look(held, heldSettledMs))).toEqual(['mail is held in the queue']);
  expect(titles(book.look(held, heldSettledMs + againMs))).toEqual(['mail is held in the queue']);
});

/** Titles of all reports in a time, with looks each ten seconds. */
function toldOf(book: AlarmBook, days: number, at: (nowMs: number) => typeof lost): string[] {
  const told: string[] = [];
  for (let nowMs = 0; nowMs < days * againMs; nowMs += 10_000)
    told.push(...titles(book.look(at(nowMs), nowMs)));
  return told;
}

test('an alarm that comes and goes with each look is reported once a day, and its end is not', () => {
  const told = toldOf(new AlarmBook(), 3, (nowMs) => (nowMs % 20_000 === 0 ? lost : []));
  expect(told).toEqual(Array.from({length: 3}, () => 'blocking is stopped'));
});

test('an alarm that comes and goes each ten minutes is reported again at once, and then ends only after a day', () => {
  const at = (nowMs: number): typeof lost => (nowMs % 1_200_000 < 600_000 ? lost : []);
  const [first, end, second, ...daily] = toldOf(new AlarmBook(), 3, at);
  expect([first, end, second]).toEqual([
    'blocking is stopped',
    'no longer: blocking is stopped',
    'blocking is stopped',
  ]);
  expect(daily).toEqual(['blocking is stopped', 'blocking is stopped']);
  const quiet = new AlarmBook();
  const told = toldOf(quiet, 3, (nowMs) => (nowMs < againMs ? at(nowMs) : []));
  expect(told.slice(3)).toEqual(['no longer: blocking is stopped']);
});

test('the line that the mailer writes for the mail of the alarm does not end the alarm that it is not heard', () => {
  const deaf = alarmsOf(statusOf({hearing: deafHearing}));
  const book = new AlarmBook();
  let heardMs = Number.NEGATIVE_INFINITY;
  const told: string[] = [];
  for (let nowMs = 0; nowMs < againMs; nowMs += 10_000) {
    const found = titles(book.look(nowMs - heardMs < deafSettledMs / 2 ? [] : deaf, nowMs));
    if (found.length > 0) heardMs = nowMs;
    told.push(...found);
  }
  expect(told).toEqual(['the mailer is not heard']);
});
