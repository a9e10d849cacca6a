/** What status, metrics and doctor tell of the mailer's queue. */
import {expect, test} from '@jest/globals';
import {mailFigures, mailLines, type MailStatus} from '../../../src/report/mail/status.js';
import {statusWith, troubles} from '../findings/samples.js';

const nothing = {messages: 0, recipients: 0};
const mailOf = (inQueue: MailStatus['inQueue']): MailStatus => ({
  ...{mode: 'quarantine', senders: 3, over: 0, inQueue},
  totals: {auth: nothing, uid: nothing, host: nothing, bounce: nothing, incoming: nothing},
});
const figure = (inQueue: MailStatus['inQueue']) =>
  mailFigures(mailOf(inQueue)).find(({name}) => name === 'mail_queue_messages')?.samples;

test.each([
  [undefined, /host 0$/],
  [{waiting: 4, held: 0}, /; in the queue: 4 waiting$/],
  [{waiting: 4, held: 2}, /; in the queue: 4 waiting, 2 HELD \(blocksmtp queue --held\)$/],
])('a queue of %j', (inQueue, ending) => {
  expect(mailLines(mailOf(inQueue))[0]).toMatch(ending);
});

test('the metric has no sample of a queue that cannot be read', () => {
  expect(figure(undefined)).toEqual([]);
  expect(figure({waiting: 4, held: 2})).toEqual([
    {labels: {state: 'waiting'}, value: 4},
    {labels: {state: 'held'}, value: 2},
  ]);
});

const longSinceMs = Date.UTC(2026, 10, 2);

test.each([
  [undefined, {limit: 2000}, /host 0$/, [2000, 0]],
  [undefined, {limit: 2000, longSinceMs}, /; in the queue: not known, LONG since 2026-/, [2000, 1]],
  [{waiting: 4, held: 0}, {limit: 2000}, /: 4 waiting$/, [2000, 0]],
  [
    {waiting: 4000, held: 1},
    {limit: 3000, longSinceMs},
    /: 4000 waiting, 1 HELD .*, LONG since 2026-11-02T00:00:00Z \(limit 3000; blocksmtp queue --count\)$/,
    [3000, 1],
  ],
])('a queue of %j with %j', (inQueue, longQueue, ending, values) => {
  const mail = {...mailOf(inQueue), longQueue};
  expect(mailLines(mail)[0]).toMatch(ending);
  const names = ['mail_queue_limit_messages', 'mail_queue_long'];
  const figures = mailFigures(mail).filter(({name}) => names.includes(name));
  expect(figures.map(({samples}) => samples)).toEqual(values.map((value) => [{value}]));
});

test('doctor reports a long queue', () => {
  const mail = {...mailOf({waiting: 4000, held: 0}), longQueue: {limit: 3000, longSinceMs}};
  expect(troubles({status: {...statusWith(0), mail}})).toEqual([
    'bad: the queue is long: 4000 messages wait (limit 3000): blocksmtp queue --count',
  ]);
});

test.each([
  [0, []],
  [1, ['advice: 1 message held in the queue: blocksmtp queue --held']],
])('doctor reports %i held', (held, texts) => {
  const status = {...statusWith(0), mail: mailOf({waiting: 4, held})};
  expect(troubles({status})).toEqual(texts);
});
