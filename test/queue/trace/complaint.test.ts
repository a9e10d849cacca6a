import {describe, expect, test} from '@jest/globals';
import {readComplaint} from '../../../src/queue/trace/complaint.js';
import {allOurs, mostTraced} from '../../../src/queue/trace/our-received.js';

const complaint = [
  'Received: from relay.example.net (relay.example.net [192.0.2.1])',
  '\tby mx.example.com (Postfix) with ESMTP id 4XyZ; Sun, 29 Nov 2026 15:18:50 GMT',
  'Received: from relay.example.net (localhost [127.0.0.1])',
  '\tby relay.example.net (8.18.1/8.18.1/Debian-6) with ESMTP id 6ATFIh0Y000204;',
  '\tSun, 29 Nov 2026 15:18:43 GMT',
  'Received: (from www-data@localhost)',
  '\tby relay.example.net (8.18.1/8.18.1/Submit) id 6ATFIhta000203; now',
  'Message-Id: <x@example.net>',
  "X-PHP-Originating-Script: 33:evil.php(12) : eval()'d code",
  'Received: (qmail 123 invoked by uid 99); 1 Jan 2020',
  'Received: from x by relay.example.net (8.18.1/8.18.1) with SMTP id 6ATFAAAA000001; old',
  '',
  'cheap meds',
  '',
];

describe.each([
  ['as it came', complaint.join('\n')],
  ['with CRLF', complaint.join('\r\n')],
  ['quoted', complaint.map((line) => `> ${line}`).join('\n')],
  [
    'attached',
    `From: a@example.com\nReceived: none\n\n--x\nContent-Type: message/rfc822\n\n${complaint.join('\n')}`,
  ],
])('a complaint, %s', (_, text) => {
  const read = readComplaint(text);

  test('its headers are read from the top', () => {
    const part = read.at(-1);
    expect(part?.received.map(({queueId}) => queueId)).toContain('6ATFIh0Y000204');
    expect(part?.script).toBe("33:evil.php(12) : eval()'d code");
  });

  test('the first one of this machine is ours, with its submission', () => {
    for (const names of [['relay.example.net'], ['RELAY.example.net'], ['relay']]) {
      const found = allOurs(read, names).map(({ours, submission}) => [
        ours.queueId,
        submission?.queueId,
      ]);
      expect(found).toEqual([['6ATFIh0Y000204', '6ATFIhta000203']]);
    }
  });

  test('on another machine none is', () =>
    expect(allOurs(read, ['lay.example.net', 'relay.example.com', 'rel'])).toEqual([]));
});

describe('a complaint that came through this machine', () => {
  const own = (id: string): string =>
    `Received: from x (mx.example.com [198.51.100.7])\n\tby relay.example.net (8.18.1/8.18.1) with ESMTPS id ${id}; now`;
  const idsIn = (text: string): string[] =>
    allOurs(readComplaint(text), ['relay.example.net']).map(({ours}) => ours.queueId);
  const report = `${own('6AT9ZZ0Y000999')}\nSubject: spam from your relay\n\n--x\nContent-Type: message/rfc822\n\n`;

  test('has the attached message first, then itself', () =>
    expect(idsIn(report + complaint.join('\n'))).toEqual(['6ATFIh0Y000204', '6AT9ZZ0Y000999']));

  test('has the quoted message first, and itself once', () => {
    const quoted = complaint.map((line) => `> ${line}`).join('\n');
    const ids = idsIn(`${own('6AT9ZZ0Y000999')}\n\n${quoted}\n${own('6AT9ZZ0Y000999')}`);
    expect(ids).toEqual(['6ATFIh0Y000204', '6AT9ZZ0Y000999']);
  });

  test('has no second message in the headers of one', () =>
    expect(idsIn(`${own('6AT9ZZ0Y000999')}\n${own('6ATFIh0Y000204')}`)).toEqual([
      '6AT9ZZ0Y000999',
    ]));

  test('has the script of the message to which it belongs', () => {
    const found = allOurs(readComplaint(report + complaint.join('\n')), ['relay.example.net']);
    expect(found.map(({script}) => script)).toEqual(["33:evil.php(12) : eval()'d code", undefined]);
  });

  test('has at most so many messages, the outer ones', () => {
    const ids = Array.from({length: 9}, (_, i) => `6AT9ZZ0Y00000${i}`);
    expect(idsIn(ids.map(own).join('\n\nbody\n\n'))).toEqual(ids.slice(0, mostTraced).reverse());
    expect(mostTraced).toBe(4);
  });
});

test('headers without end are bounded', () => {
  const many = readComplaint('Received: x\n'.repeat(100_000));
  expect(many).toMatchObject([{received: [], receivedCount: 200}]);
  for (const piece of [
    'Received: \n \n',
    '> > > ',
    '\t',
    'Received: by by (',
    'Received: a\n\tb',
  ]) {
    const counts = readComplaint(piece.repeat(200_000)).map((part) => part.receivedCount);
    expect(counts.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(200);
  }
});
