import {describe, expect, test} from '@jest/globals';
import {readComplaint} from '../../../src/queue/trace/complaint.js';
import {ourReceived} from '../../../src/queue/trace/our-received.js';

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
    expect(read.received.map(({queueId}) => queueId)).toContain('6ATFIh0Y000204');
    expect(read.script).toBe("33:evil.php(12) : eval()'d code");
    expect(read.messageId).toBe('<x@example.net>');
  });

  test('the first one of this machine is ours, with its submission', () => {
    for (const names of [['relay.example.net'], ['RELAY.example.net'], ['relay']]) {
      const {ours, submission} = ourReceived(read.received, names);
      expect([ours?.queueId, submission?.queueId]).toEqual(['6ATFIh0Y000204', '6ATFIhta000203']);
    }
  });

  test('on another machine none is', () => {
    const found = ourReceived(read.received, ['lay.example.net', 'relay.example.com', 'rel']);
    expect(found).toMatchObject({ours: undefined, submission: undefined});
    expect(found.hosts).toContain('relay.example.net');
  });
});

test('headers without end are bounded', () => {
  const many = readComplaint('Received: x\n'.repeat(100_000));
  expect(many).toMatchObject({received: [], receivedCount: 200});
  for (const piece of [
    'Received: \n \n',
    '> > > ',
    '\t',
    'Received: by by (',
    'Received: a\n\tb',
  ]) {
    expect(readComplaint(piece.repeat(200_000)).receivedCount).toBeLessThanOrEqual(200);
  }
});
