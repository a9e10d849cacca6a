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

test.each([
  [0, []],
  [1, ['advice: 1 message held in the queue: blocksmtp queue --held']],
])('doctor tells of %i held', (held, texts) => {
  const status = {...statusWith(0), mail: mailOf({waiting: 4, held})};
  expect(troubles({status})).toEqual(texts);
});
