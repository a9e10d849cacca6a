import {describe, expect, test} from '@jest/globals';
import {nameClient, type Question, type Witness} from '../../src/sessions/attribute.js';
import {type Address, parseAddress} from '../../src/net/address.js';
import {sendmail} from '../../src/mail/sendmail/dialect.js';

const address = (text: string): Address => {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
};
const socket = (remote: string, localPort = 25): Witness['sockets'][number] => ({
  inode: '1',
  localPort,
  remote: address(remote),
});

const startedMs = 1_000_000;
const envelope: Question = {
  pid: 152,
  numberedBy: 'log',
  queueId: '6ALBjJc0000152',
  envelopeMs: startedMs + 500,
};
const facts: Witness = {
  pid: 152,
  startTicks: 100,
  ownPid: 152,
  user: {uid: 0, userNamespace: 'ours'},
  executable: {path: '/usr/libexec/sendmail/sendmail', owner: 'root'},
  startedMs,
  title: 'sendmail: MTA: 6ALBjJc0000152 [203.0.113.7]: RCPT TO:<x@example.net>',
  sockets: [socket('203.0.113.7')],
};
const ask = (candidates: readonly Partial<Witness>[], question = envelope): string | undefined => {
  const witnesses = candidates.map((changes) => ({...facts, ...changes}));
  const found = nameClient(witnesses, question, {dialect: sendmail, ports: [25]});
  return found && `${found.client.text} ${found.proof}`;
};
const answer = (changes: Partial<Witness>): string | undefined => ask([changes]);

describe('one process', () => {
  test('believes the socket', () => {
    expect(answer({})).toBe('203.0.113.7 kernel');
    expect(answer({title: 'sendmail: MTA: startup'})).toBe('203.0.113.7 kernel');
  });

  test('takes the title when no socket is left', () => {
    expect(answer({sockets: []})).toBe('203.0.113.7 title');
  });

  test.each<[string, Partial<Witness>]>([
    ['socket and title differ', {sockets: [socket('203.0.113.8')]}],
    ['the title is of another envelope', {title: facts.title.replace('152 ', '153 ')}],
    ['the process began after the envelope', {startedMs: envelope.envelopeMs + 2001}],
    ['it is another program', {executable: {path: '/usr/bin/perl', owner: 'root'}}],
    ["it is a user's own sendmail", {executable: {path: '/home/x/sendmail', owner: 'other'}}],
    ['a user runs it', {user: {uid: 1000, userNamespace: 'ours'}}],
    ['nobody runs it', {user: {uid: 65_534, userNamespace: 'ours'}}],
    ['it lives in a user namespace of its own', {user: {uid: 0, userNamespace: 'other'}}],
    ['it calls itself by another number', {ownPid: 153}],
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

  test('a RunAsUser is a system user; others of these may have chosen title and high port', () => {
    const user = {uid: 100, userNamespace: 'ours'} as const;
    expect(answer({user})).toBe('203.0.113.7 kernel');
    expect(answer({user, sockets: []})).toBeUndefined();
    const high = [socket('203.0.113.7', 2525)];
    expect(
      nameClient([{...facts, sockets: high}], envelope, {dialect: sendmail, ports: [2525]})?.proof,
    ).toBe('kernel');
    expect(
      nameClient([{...facts, user, sockets: high}], envelope, {dialect: sendmail, ports: [2525]}),
    ).toBeUndefined();
  });

  test.each([465, 587])('a socket at port %i is a client of the submission', (port) => {
    expect(answer({sockets: [socket('203.0.113.7', port)]})).toBe('203.0.113.7 kernel');
    expect(answer({sockets: [socket('203.0.113.7', port), socket('203.0.113.8')]})).toBeUndefined();
  });

  test('the title may be of any envelope, for a line without a queue id', () => {
    const line = {...envelope, queueId: undefined};
    const next = {title: facts.title.replace('152 ', '153 ')};
    expect(ask([next], line)).toBe('203.0.113.7 kernel');
    expect(ask([{...next, sockets: []}], line)).toBe('203.0.113.7 title');
    expect(ask([{startedMs: line.envelopeMs + 2001}], line)).toBeUndefined();
  });
});

test('it is seen at a recipient of the very envelope, by its title', () => {
  const doing = (...changes: readonly Partial<Witness>[]): string | undefined => {
    const witnesses = changes.map((change) => ({...facts, ...change}));
    return nameClient(witnesses, envelope, {dialect: sendmail, ports: [25]})?.doing;
  };
  const head = `sendmail: MTA: ${envelope.queueId ?? ''} [203.0.113.7]: `;
  expect(doing({title: `${head}RCPT TO:<x@example.net>`})).toBe('recipients');
  expect(doing({title: `${head}DATA`})).toBeUndefined();
  const waiting = 'sendmail: MTA: server [203.0.113.7] cmd read';
  expect(doing({title: waiting})).toBeUndefined();
  expect(doing({title: waiting, activity: 'other'})).toBeUndefined();
  expect(doing({title: waiting, activity: 'sleeps'})).toBe('waits');
  expect(doing({title: `${head}DATA`, activity: 'sleeps'})).toBeUndefined();
});

describe('the bytes that the process has written to its client', () => {
  const written = (...changes: readonly Partial<Witness>[]): number | undefined => {
    const witnesses = changes.map((change) => ({...facts, writtenBytes: 700, ...change}));
    return nameClient(witnesses, envelope, {dialect: sendmail, ports: [25]})?.answeredBytes;
  };

  test('are known of the one process that has the socket', () => {
    expect(written({})).toBe(700);
    expect(written({}, {pid: 99, ownPid: 99})).toBe(700);
  });

  test.each<[string, readonly Partial<Witness>[]]>([
    ['it cannot be read', [{writtenBytes: undefined}]],
    ['no socket is left: who knows to whom', [{sockets: []}]],
    ['two serve the same client', [{}, {pid: 4711}]],
  ])('are unknown when %s', (_, changes) => {
    expect(written(...changes)).toBeUndefined();
  });
});

describe('the process that serves the client', () => {
  const shown = (...changes: readonly Partial<Witness>[]) => {
    const witnesses = changes.map((change) => ({...facts, parentPid: 30, ...change}));
    return nameClient(witnesses, envelope, {dialect: sendmail, ports: [25]})?.process;
  };

  test('is the one that has the socket, with its parent', () => {
    const {pid, startTicks} = facts;
    expect(shown({})).toEqual({pid, startTicks, parentPid: 30});
    expect(shown({}, {pid: 99, ownPid: 99})).toEqual({pid, startTicks, parentPid: 30});
  });

  test.each<[string, readonly Partial<Witness>[]]>([
    ['no socket is left', [{sockets: []}]],
    ['its title names nobody', [{title: 'sendmail: MTA: startup'}]],
    ['two serve the same client', [{}, {pid: 4711}]],
  ])('is unknown when %s', (_, changes) => {
    expect(shown(...changes)).toBeUndefined();
  });
});

describe('several processes with the number in the line', () => {
  const reading = {title: 'sendmail: MTA: server [203.0.113.7] cmd read'};
  const other: Partial<Witness> = {
    pid: 4711,
    title: 'sendmail: MTA: server [203.0.113.8] cmd read',
    sockets: [socket('203.0.113.8')],
  };

  test('of a container alone: its own number counts in the log, the host’s in the journal', () => {
    expect(ask([{...facts, pid: 4711}])).toBe('203.0.113.7 kernel');
    expect(ask([{...facts, pid: 4711}], {...envelope, numberedBy: 'host'})).toBeUndefined();
    const question = {...envelope, pid: 4711, numberedBy: 'host'} as const;
    expect(ask([{...facts, pid: 4711}], question)).toBe('203.0.113.7 kernel');
  });

  test('two clients: nobody, in any order', () => {
    expect(ask([reading, other])).toBeUndefined();
    expect(ask([other, reading])).toBeUndefined();
  });

  test('two clients, and the title of one has the queue id', () => {
    expect(ask([facts, other])).toBe('203.0.113.7 kernel');
    expect(ask([other, {...facts, sockets: []}])).toBe('203.0.113.7 title');
    expect(ask([facts, {...other, title: facts.title.replaceAll('.7]', '.8]')}])).toBeUndefined();
  });

  test('one client of both: by the weaker proof', () => {
    expect(ask([reading, {...reading, pid: 4711}])).toBe('203.0.113.7 kernel');
    expect(ask([{...reading, sockets: []}, reading])).toBe('203.0.113.7 title');
  });

  test.each<[string, Partial<Witness>]>([
    ['tells nothing', {title: 'sendmail: MTA: startup', sockets: []}],
    ['contradicts itself', {sockets: [socket('203.0.113.7')]}],
    ['is in another envelope', {title: facts.title.replace('152 ', '153 ')}],
    ['is root’s in a user namespace', {user: {uid: 0, userNamespace: 'other'}}],
  ])('a process that may have written the line but %s casts doubt', (_, changes) => {
    expect(ask([reading, {...other, ...changes}])).toBeUndefined();
    expect(ask([facts, {...other, ...changes}])).toBe('203.0.113.7 kernel');
  });

  test.each<[string, Partial<Witness>]>([
    ['another program', {executable: {path: '/usr/bin/perl', owner: 'root'}}],
    ['a user’s program', {executable: {path: '/home/x/sendmail', owner: 'other'}}],
    ['a user’s process', {user: {uid: 1000, userNamespace: 'ours'}}],
    ['a user’s in a namespace of his own', {user: {uid: 1000, userNamespace: 'other'}}],
    ['a web account’s in a namespace of its own', {user: {uid: 33, userNamespace: 'other'}}],
    ['a later one', {startedMs: envelope.envelopeMs + 2001}],
    [
      'no sendmail in a user namespace of root’s',
      {user: {uid: 0, userNamespace: 'other'}, executable: {path: '/bin/sh', owner: 'other'}},
    ],
  ])('%s is no rival', (_, changes) => {
    expect(ask([reading, {...other, ...changes}])).toBe('203.0.113.7 kernel');
  });
});
