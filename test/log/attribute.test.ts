import {describe, expect, test} from '@jest/globals';
import {attribute, type ProcessFacts} from '../../src/log/attribute.js';
import {type Address, parseAddress} from '../../src/net/address.js';

const address = (text: string): Address => {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
};
const socket = (remote: string, localPort = 25): ProcessFacts['sockets'][number] => ({
  inode: '1',
  localPort,
  remote: address(remote),
});

const startedMs = 1_000_000;
const envelope = {queueId: '6ALBjJc0000152', envelopeMs: startedMs + 500};
const facts: ProcessFacts = {
  pid: 152,
  executable: {path: '/usr/libexec/sendmail/sendmail', owner: 'root'},
  startedMs,
  title: 'sendmail: MTA: 6ALBjJc0000152 [203.0.113.7]: RCPT TO:<x@example.net>',
  sockets: [socket('203.0.113.7')],
};
const answer = (changes: Partial<ProcessFacts>): string | undefined => {
  const found = attribute({...facts, ...changes}, envelope, 25);
  return found && `${found.client.text} ${found.proof}`;
};

describe('attribute()', () => {
  test('believes the socket', () => {
    expect(answer({})).toBe('203.0.113.7 kernel');
    expect(answer({title: 'sendmail: MTA: startup'})).toBe('203.0.113.7 kernel');
  });

  test('takes the title when no socket is left', () => {
    expect(answer({sockets: []})).toBe('203.0.113.7 title');
  });

  test.each<[string, Partial<ProcessFacts>]>([
    ['socket and title differ', {sockets: [socket('203.0.113.8')]}],
    ['the title is of another envelope', {title: facts.title.replace('152 ', '153 ')}],
    ['the process began after the envelope', {startedMs: envelope.envelopeMs + 2001}],
    ['it is another program', {executable: {path: '/usr/bin/perl', owner: 'root'}}],
    ["it is a user's own sendmail", {executable: {path: '/home/x/sendmail', owner: 'other'}}],
    ['it is called almost so', {executable: {path: '/usr/bin/notsendmail', owner: 'root'}}],
    ['it serves two clients', {sockets: [socket('203.0.113.7'), socket('203.0.113.8')]}],
    ['neither socket nor title', {sockets: [], title: 'sendmail: MTA: accepting connections'}],
  ])('names nobody when %s', (_, changes) => {
    expect(answer(changes)).toBeUndefined();
  });

  test('a socket of another port is no client: a delivery or a milter', () => {
    expect(answer({sockets: [socket('203.0.113.9', 40_000), socket('203.0.113.7')]})).toBe(
      '203.0.113.7 kernel',
    );
  });

  test('a program that was upgraded while it runs is still sendmail', () => {
    const path = '/usr/libexec/sendmail/sendmail (deleted)';
    expect(answer({executable: {path, owner: 'root'}})).toBe('203.0.113.7 kernel');
  });

  test.each(['/usr/sbin/sendmail-mta', '/usr/sbin/sendmail.sendmail'])('%s is sendmail', (path) => {
    expect(answer({executable: {path, owner: 'root'}})).toBe('203.0.113.7 kernel');
  });
});
