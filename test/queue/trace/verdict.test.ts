import {describe, expect, test} from '@jest/globals';
import {readComplaint} from '../../../src/queue/trace/complaint.js';
import {LogReader} from '../../../src/queue/trace/log-facts.js';
import {mailerNameIn} from '../../../src/queue/trace/mailer-name.js';
import {allOurs} from '../../../src/queue/trace/our-received.js';
import {noneOfOurs, traceVerdict} from '../../../src/queue/trace/verdict.js';
import {traceText} from '../../../src/report/tables/trace.js';

const [q1, q2] = ['6ATFIhta000203', '6ATFIh0Y000204'];
const top = `Received: from relay.example.net (localhost [127.0.0.1]) by relay.example.net (8.18.1/8.18.1) with ESMTP id ${q2}; now\n`;
const below = `Received: (from alice@localhost) by relay.example.net (8.18.1/8.18.1/Submit) id ${q1}; now\n`;
const from = `${q2}: from=<spoof@example.org>, size=509, class=0, nrcpts=3, msgid=<x>, proto=ESMTP, daemon=MTA, relay=`;
const handed = (who: string): string =>
  `${q1}: to=b@example.net, ctladdr=${who}, delay=00:00:00, xdelay=00:00:00, mailer=relay, pri=9, relay=[127.0.0.1] [127.0.0.1], dsn=2.0.0, stat=Sent (${q2} Message accepted for delivery)`;

function traced(message: string, log: readonly string[], vouched: 'byJournal' | 'no' = 'no') {
  const parts = readComplaint(message);
  const [first] = allOurs(parts, ['relay.example.net']);
  if (first === undefined) return noneOfOurs(parts, ['relay.example.net']);
  const {ours, submission} = first;
  const reader = new LogReader([ours, submission].flatMap((each) => each?.queueId ?? []));
  for (const line of log) reader.take({atMs: 1_000, pid: 4, message: line, vouched});
  return traceVerdict(first, reader.facts, ['/var/log/mail.log']);
}

describe('a sender', () => {
  test('is the user that the log joins to the message', () => {
    const verdict = traced(top + below, [`${from}localhost [127.0.0.1]`, handed('spoof (33/33)')]);
    expect(verdict).toMatchObject({
      kind: 'sender',
      queueId: q2,
      submissionId: q1,
      whose: {kind: 'uid', uid: 33},
      proof: 'log',
    });
  });

  test('is a login before all else', () => {
    const login = 'AUTH=server, relay=h.example [192.0.2.9], authid=anna, mech=PLAIN, bits=0';
    const verdict = traced(top, [login, `${from}h.example [192.0.2.9]`], 'byJournal');
    expect(verdict).toMatchObject({
      whose: {kind: 'auth', name: 'anna', client: '192.0.2.9'},
      proof: 'journal',
    });
  });

  test('is a host where nothing more is known', () => {
    const verdict = traced(top, [`${from}h.example [192.0.2.9]`]);
    expect(verdict).toMatchObject({whose: {kind: 'host', client: '192.0.2.9'}});
  });

  test('is not the host of a login of which only our header tells', () => {
    const header = `Received: from x (h.example [192.0.2.9]) (authenticated bits=0) by relay.example.net (8.18.1/8.18.1) with ESMTPSA id ${q2}; now\n`;
    const verdict = traced(header, [`${from}h.example [192.0.2.9]`]);
    expect(verdict).toMatchObject({
      kind: 'unknown',
      queueId: q2,
      why: expect.stringContaining('h.example [192.0.2.9] had logged in'),
      todo: expect.stringContaining('--log FILE'),
    });
  });

  test('a forged line of a submission names nobody: the log joins another one', () => {
    const other = handed('x (33/33)').replace(q1, '6ATFIhzz000299');
    const verdict = traced(top + below, [`${from}localhost [127.0.0.1]`, other]);
    expect(verdict).toMatchObject({whose: {kind: 'uid', uid: 33, user: ''}});
    const without = traced(top + below, [`${from}localhost [127.0.0.1]`]);
    expect(without).toMatchObject({whose: {kind: 'host', client: '127.0.0.1'}});
  });

  test('its script is a hint, and of local users only', () => {
    const php = 'X-PHP-Originating-Script: 33:evil.php\n';
    const log = [`${from}localhost [127.0.0.1]`, handed('spoof (33/33)')];
    expect(traced(top + below + php, log)).toMatchObject({script: '33:evil.php'});
    expect(traced(top + php, [`${from}h [192.0.2.9]`])).toMatchObject({script: undefined});
  });

  test('as text says what is proof and what is a claim, in ASCII', () => {
    const log = [`${from.replace('spoof', 's\x1b[2Jp')}localhost [127.0.0.1]`, handed('x (33/33)')];
    const text = traceText({verdict: traced(top + below, log), queued: 'held'});
    expect(text).toMatch(/^sender: +uid 33 .*\n.*\nproof: +a log file$/m);
    expect(text).toMatch(/from: .*\(the sender's word\)\n/);
    expect(text).toContain('still in the queue, held');
    expect(text).toMatch(/^[\n\x20-\x7e]+$/);
  });
});

describe('why not', () => {
  test.each([
    ['', /no Received header/, /all its headers/],
    ['Received: (qmail 1 invoked by uid 2); now\n', /none of its Received/, /on the machine/],
    [
      top.replaceAll('relay.example.net', 'mx.example.org'),
      /they have mx\.example\.org/,
      /--as NAME/,
    ],
    [top, /6ATFIh0Y000204 is not in the log \(\/var\/log\/mail\.log\)/, /--log FILE/],
  ])('%j', (message, why, todo) => {
    expect(traced(message, [])).toMatchObject({
      kind: 'unknown',
      why: expect.stringMatching(why),
      todo: expect.stringMatching(todo),
    });
  });

  test('a lower line that the log knows does not stand in for the first of ours', () => {
    const forged = top.replace(q2, '6ATFAAAA000001');
    const line = `${from}h.example [192.0.2.9]`;
    expect(traced(forged + top, [line])).toMatchObject({
      kind: 'unknown',
      queueId: '6ATFAAAA000001',
    });
  });
});

test.each([
  ['Djrelay.example.net', 'relay.example.net'],
  ['Dj$w.example.net', undefined],
  ['#Djx', undefined],
])('the name of the mailer in %j', (line, name) =>
  expect(mailerNameIn(`V10\n${line}\n`)).toBe(name),
);
