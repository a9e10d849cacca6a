import {describe, expect, test} from '@jest/globals';
import {isListenerTitle, parseProcessTitle} from '../../../src/mail/sendmail/process-title.js';

describe('parseProcessTitle()', () => {
  test.each([
    ['sendmail: MTA: server mail5.client.example [203.0.113.5] cmd read', '203.0.113.5'],
    ['sendmail: server [203.0.113.5] cmd read', '203.0.113.5'],
    ['sendmail: MTA: server [IPv6:2001:db8:0:0:0:0:0:7] cmd read', '2001:db8::7'],
    ['sendmail: MTA: server x@[203.0.113.5] cmd read', '203.0.113.5'],
    ['sendmail: MTA: server h.example [203.0.113.5] (may be forged) cmd read', '203.0.113.5'],
    ['sendmail: MTA: server x[198.51.100.66].evil.example [203.0.113.5] cmd read', '203.0.113.5'],
  ])('waiting for a command: %s', (title, client) => {
    expect(parseProcessTitle(title)).toMatchObject({kind: 'commandRead', client: {text: client}});
  });

  test.each([
    'sendmail: 6ALBjJc0000152 mail5.client.example [203.0.113.5]: RCPT TO:<nobody3@example.net>',
    'sendmail: MTA: 6ALBjJc0000152 [203.0.113.5]: RCPT TO:<x [198.51.100.66]: y>',
    'sendmail: MTA: ./6ALBjJc0000152 [203.0.113.5]: RCPT TO:<[198.51.100.66] cmd read',
  ])('working on one: %s', (title) => {
    expect(parseProcessTitle(title)).toMatchObject({
      kind: 'command',
      queueId: '6ALBjJc0000152',
      client: {text: '203.0.113.5'},
    });
  });

  test.each([
    'sendmail: MTA: accepting connections',
    'sendmail: MTA: rejecting connections on daemon MTA: load average: 40',
    'sendmail: Queue runner@00:10:00 for /var/spool/mqueue',
    'sendmail: MTA: startup with host.example',
    'sendmail: ./6ALBjUeA000169 from queue',
    'sendmail: 6ALBjUeA000169 mx.example.org.: user open',
    'sendmail: MTA: server root@localhost cmd read',
    'x sendmail: MTA: server [203.0.113.5] cmd read',
    'sendmail: MTA: server [203.0.113.5] cmd read; rm -rf',
    'sendmail: MTA: server [203.0.113.500] cmd read',
    '',
  ])('nobody: %s', (title) => {
    expect(parseProcessTitle(title)).toBeUndefined();
  });
});

test.each([
  ['sendmail: MTA: accepting connections', true],
  ['sendmail: accepting connections', true],
  ['sendmail: MTA: rejecting connections on daemon MTA-v4: load average: 20', true],
  ['sendmail: MTA: 6ALBjJc0000152 [203.0.113.7]: accepting connections', false],
  ['sendmail: MTA: server [203.0.113.7] cmd read', false],
  ['', false],
])('isListenerTitle(%j) is %s', (title, is) => {
  expect(isListenerTitle(title)).toBe(is);
});

test.each([
  ['RCPT TO:<x@example.net>', 'recipients'],
  ['  rcpt to: <x@example.net>', 'recipients'],
  ['DATA', 'other'],
  ['MAIL FROM:<rcpt to@example.org>', 'other'],
  ['RCPTX', 'other'],
  ['client RCPT', 'delivery'],
  ['user open', 'delivery'],
])('the command that it works on: %s', (command, doing) => {
  const title = `sendmail: MTA: 6ALBjJc0000152 h.example [203.0.113.5]: ${command}`;
  expect(parseProcessTitle(title)).toMatchObject({doing});
});
