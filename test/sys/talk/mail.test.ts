/** What a mailer may do with a mail: above all whether it can have it, where it did not say so. */
import {afterEach, beforeEach, expect, test} from '@jest/globals';
import {handOver} from '../../../src/sys/talk/mail.js';
import {type Replies, smtpServer, type SmtpServer} from '../../support/smtp-server.js';
import {until} from '../../support/temp.js';

let server: SmtpServer;
beforeEach(async () => void (server = await smtpServer()));
afterEach(() => server.close());

const raw = ['Subject: x', '', 'text', '.', '..dots', `long ${'x'.repeat(2000)}`, ''].join('\r\n');
const mail = {sender: 'a+bounce-1@example.org', recipient: 'b@example.net', raw};

const hand = (stop = new AbortController().signal, port = server.port) =>
  handOver(mail, {host: '127.0.0.1', port, ownName: 'relay.example.org'}, stop);

test('is taken as it was written, with sender and recipient of the envelope', async () => {
  expect(await hand()).toEqual({kind: 'taken', said: '250 taken'});
  expect(server.mails).toEqual([
    {from: mail.sender, to: mail.recipient, text: raw.replace(/\r\n$/, '')},
  ]);
});

test.each<Replies>([
  {greeting: '421 busy'},
  {EHLO: '421 busy'},
  {MAIL: '452 4.4.5 Insufficient disk space'},
  {RCPT: '451 4.7.1 Greylisted'},
  {DATA: '451 later'},
  {end: '451 later'},
])('%j: not taken, and tried again', async (replies) => {
  server.replies = replies;
  expect(await hand()).toMatchObject({kind: 'notTaken', again: 'yes'});
});

test.each<Replies>([
  {greeting: '554 no'},
  {MAIL: '553 5.1.8 Domain of sender does not exist'},
  {RCPT: '550 5.1.1 User unknown'},
  {DATA: '554 no'},
  {end: '554 5.7.1 no'},
])('%j: refused for good, with its words', async (replies) => {
  server.replies = replies;
  const [words = ''] = Object.values(replies);
  const result = await hand();
  expect(result).toMatchObject({kind: 'notTaken', again: 'no'});
  expect(JSON.stringify(result)).toContain(words.slice(4));
});

test.each<Replies>([{greeting: 'cut'}, {EHLO: 'cut'}, {MAIL: 'cut'}, {RCPT: 'cut'}, {DATA: 'cut'}])(
  '%j: it cannot have it',
  async (replies) => {
    server.replies = replies;
    expect(await hand()).toMatchObject({kind: 'notTaken', again: 'yes'});
  },
);

test('cut after the whole message: it may have it', async () => {
  server.replies = {end: 'cut'};
  expect(await hand()).toMatchObject({kind: 'unknown'});
});

test.each([
  ['before the message', {RCPT: 'hang'}, {kind: 'notTaken', again: 'yes'}],
  ['after it', {end: 'hang'}, {kind: 'unknown'}],
] as const)('ended by us %s', async (_, replies, wanted) => {
  server.replies = replies;
  const stop = new AbortController();
  const handing = hand(stop.signal);
  if ('end' in replies) await until('the message', () => server.mails.length === 1);
  stop.abort();
  expect(await handing).toMatchObject(wanted);
});

test('where nobody listens, and where the mailer is a name', async () => {
  await server.close();
  expect(await hand()).toMatchObject({kind: 'notTaken', again: 'yes'});
  const named = {host: 'localhost', port: 25, ownName: 'x'};
  expect(await handOver(mail, named, new AbortController().signal)).toMatchObject({again: 'no'});
});
