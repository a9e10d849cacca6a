import {describe, expect, test} from '@jest/globals';
import {type Address, parseAddress} from '../../src/net/address.js';
import {NetworkSet} from '../../src/net/network-set.js';
import {parseNetwork} from '../../src/net/network.js';
import type {SocketEntry} from '../../src/net/socket-table.js';
import {
  cutText,
  isSameServer,
  printedPeers,
  serverToEnd,
  shownToEnd,
} from '../../src/sessions/cut.js';
import type {MailerProcess} from '../../src/sessions/holder.js';
import {sendmail} from '../../src/mail/sendmail/dialect.js';

function address(text: string): Address {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(`${text} is no address`);
  return parsed;
}

const socket = (remote: string, localPort = 25, inode = '4711'): SocketEntry => ({
  inode,
  localPort,
  remote: address(remote),
});

function holder(changed: Partial<MailerProcess>): MailerProcess {
  return {
    pid: 152,
    ownPid: 152,
    user: {uid: 0, userNamespace: 'ours'},
    executable: {path: '/usr/libexec/sendmail/sendmail', owner: 'root'},
    startTicks: 100,
    startedMs: 1000,
    title: 'sendmail: MTA: server a.example.net [203.0.113.7] cmd read',
    sockets: [socket('203.0.113.7')],
    role: 'serves',
    network: 'ours',
    ...changed,
  };
}

const blocked = new NetworkSet(
  ['203.0.113.7', '198.51.100.0/24', '2001:db8:1::/48'].flatMap((text) => parseNetwork(text) ?? []),
);
const ended = (changed: Partial<MailerProcess>, port = 25): string | undefined =>
  serverToEnd(holder(changed), (client) => blocked.has(client), {dialect: sendmail, ports: [port]})
    ?.client.text;

describe('serverToEnd: several ports', () => {
  const mailer = {dialect: sendmail, ports: [25, 465, 587]};

  test.each([
    ['blocked at all', [25, 465, 587], 587, '203.0.113.7'],
    ['blocked at 25 alone, and at 25', [25], 25, '203.0.113.7'],
    ['blocked at 25 alone, and hands in mail', [25], 587, undefined],
  ])('%s', (_, ports, at, client) => {
    const isBlocked = (peer: Address, port: number) => blocked.has(peer) && ports.includes(port);
    const sockets = [socket('203.0.113.7', at)];
    expect(serverToEnd(holder({sockets}), isBlocked, mailer)?.client.text).toBe(client);
  });
});

describe('shownToEnd: only the process that was shown, and only while it is the same', () => {
  const mailer = {dialect: sendmail, ports: [25]};
  const isBlocked = (client: Address): boolean => blocked.has(client);
  const shown = {pid: 152, startTicks: 100, parentPid: 30, client: address('203.0.113.7')};

  test.each([
    ['as it was shown', {}, {}, 152],
    ['gone', {}, undefined, undefined],
    ['a later one with its number', {}, {startTicks: 101}, undefined],
    ['another one', {}, {pid: 153}, undefined],
    ['with another parent', {}, {parentPid: 1}, undefined],
    ['at another client by now', {}, {sockets: [socket('198.51.100.7')], title: ''}, undefined],
    ['shown for another client', {client: address('198.51.100.7')}, {}, undefined],
    ['takes connections', {}, {role: 'listens'}, undefined],
    ['another program by now', {}, {executable: {path: '/bin/sh', owner: 'root'}}, undefined],
    ['a user’s by now', {}, {user: {uid: 1000, userNamespace: 'ours'}}, undefined],
    ['without its socket by now', {}, {sockets: []}, undefined],
  ] as const)('%s', (_, told, now, pid) => {
    const process = now && holder({parentPid: 30, ...now});
    expect(shownToEnd({...shown, ...told}, process, isBlocked, mailer)?.pid).toBe(pid);
  });

  test('no process of a client that is not blocked', () => {
    const process = holder({parentPid: 30});
    expect(shownToEnd(shown, process, () => false, mailer)).toBeUndefined();
  });
});

describe('serverToEnd: the work of the process', () => {
  test.each([
    ['waits for a command', 'sendmail: MTA: server a.example.net [203.0.113.7] cmd read'],
    ['works on one', 'sendmail: MTA: 6ALBjJc0000152 [203.0.113.7]: RCPT TO:<a@example.net>'],
    ['takes a message', 'sendmail: MTA: 6ALBjJc0000152 [203.0.113.7]: DATA'],
    ['has just begun', 'sendmail: MTA: startup with [203.0.113.7]'],
    ['delivers within the session', 'sendmail: MTA: ./6ALBjJc0000152 mx.example.net.: user open'],
    ['has no title', '/usr/sbin/sendmail-mta'],
  ])('%s: ended', (_, title) => {
    expect(ended({title})).toBe('203.0.113.7');
  });

  test.each([
    ['takes connections', {role: 'listens'}],
    ['is the listener', {title: 'sendmail: MTA: accepting connections'}],
    ['is a listener under load', {title: 'sendmail: MTA: rejecting connections on daemon MTA-v4'}],
    ['is one without a prefix', {title: 'sendmail: accepting connections'}],
    ['has no client’s socket: a queue runner', {sockets: []}],
    ['serves somebody else', {title: '', sockets: [socket('203.0.113.8')]}],
    [
      'has two clients’ sockets',
      {sockets: [socket('203.0.113.7'), socket('203.0.113.8', 25, '1')]},
    ],
    ['calls itself another’s', {title: 'sendmail: MTA: server [203.0.113.8] cmd read'}],
    ['serves him where the block drops nothing', {sockets: [socket('203.0.113.7', 587)]}],
    ['has an outgoing connection', {sockets: [socket('203.0.113.7', 43_210)]}],
  ] as [string, Partial<MailerProcess>][])('%s: left alone', (_, changed) => {
    expect(ended(changed)).toBeUndefined();
  });
});

describe('serverToEnd: the owner of the process', () => {
  test.each([
    ['a user’s', {user: {uid: 1000, userNamespace: 'ours'}}, 25],
    ['in another user namespace', {user: {uid: 0, userNamespace: 'other'}}, 25],
    [
      'a program that root does not own',
      {executable: {path: '/home/x/sendmail', owner: 'other'}},
      25,
    ],
    ['another program', {executable: {path: '/usr/bin/perl', owner: 'root'}}, 25],
    [
      'a system user’s at a port that anybody can bind',
      {user: {uid: 25, userNamespace: 'ours'}},
      2525,
    ],
  ] as [string, Partial<MailerProcess>, number][])('%s: left alone', (_, changed, port) => {
    expect(ended({...changed, sockets: [socket('203.0.113.7', port)]}, port)).toBeUndefined();
  });

  test.each([
    ['root’s at such a port', {}, 2525],
    ['RunAsUser’s at one of root’s', {user: {uid: 25, userNamespace: 'ours'}}, 25],
    [
      'upgraded while it runs',
      {executable: {path: '/usr/sbin/sendmail-mta (deleted)', owner: 'root'}},
      25,
    ],
  ] as [string, Partial<MailerProcess>, number][])('%s: ended', (_, changed, port) => {
    expect(ended({...changed, sockets: [socket('203.0.113.7', port)]}, port)).toBe('203.0.113.7');
  });
});

describe('serverToEnd: the client of the session', () => {
  test.each([
    ['198.51.100.255', '198.51.100.255'],
    ['198.51.101.0', undefined],
    ['::ffff:198.51.100.1', '198.51.100.1'],
    ['2001:db8:1:ffff::1', '2001:db8:1:ffff::1'],
    ['2001:db8:2::1', undefined],
    // The bits of 198.51.100.1 as an IPv6 address.
    ['c633:6401::', undefined],
  ])('of %s: %s', (remote, client) => {
    expect(ended({title: '', sockets: [socket(remote)]})).toBe(client);
  });
});

describe('isSameServer', () => {
  const again = (changed: Partial<MailerProcess>): boolean => {
    const [before, now] = [holder({}), holder(changed)].map((each) =>
      serverToEnd(each, (client) => blocked.has(client), {dialect: sendmail, ports: [25]}),
    );
    if (before === undefined) throw new Error('the sample is ended');
    return isSameServer(before, now);
  };

  test.each([
    ['the same', {}, true],
    ['at the next command', {title: 'sendmail: MTA: 6ALBjJc0000152 [203.0.113.7]: QUIT'}, true],
    ['gone', {sockets: []}, false],
    ['another with its pid', {startTicks: 200}, false],
    ['after the clock was set', {startedMs: 2000}, true],
    ['the next session of the client', {sockets: [socket('203.0.113.7', 25, '4712')]}, false],
    ['another program now', {executable: {path: '/bin/sh', owner: 'root'}}, false],
  ] as [string, Partial<MailerProcess>, boolean][])('%s: %s', (_, changed, same) => {
    expect(again(changed)).toBe(same);
  });
});

describe('cutText', () => {
  test.each([
    [[123], 1, 'done', 'cut 203.0.113.7: sendmail process 123, socket destroyed'],
    [[], 3, 'done', 'cut 203.0.113.7: 3 sockets destroyed'],
    [[123, 124], 0, 'done', 'cut 203.0.113.7: sendmail processes 123, 124'],
    [[123], 2, 'would', 'would cut 203.0.113.7: sendmail process 123, 2 sockets'],
    [
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
      0,
      'done',
      'cut 203.0.113.7: sendmail processes 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more',
    ],
  ] as const)('%j and %i, %s', (pids, sockets, mode, text) => {
    expect(cutText({client: '203.0.113.7', pids, sockets}, mode)).toBe(text);
  });
});

test('printedPeers: as iproute2 6 prints them', () => {
  const output = `ESTAB      0      0               127.0.0.1:25             203.0.113.7:39137
ESTAB      0      0      [::ffff:127.0.0.1]:25    [::ffff:203.0.113.8]:33661
FIN-WAIT-1 0      1                   [::1]:25           [2001:db8::7]:51469
ESTAB      0      0            [fe80::1%lo]:25            [fe80::2%lo]:51470
SOCK_DESTROY answers: Operation not permitted
`;
  expect(printedPeers(output).map(({text}) => text)).toEqual([
    '203.0.113.7',
    '203.0.113.8',
    '2001:db8::7',
    'fe80::2',
  ]);
  expect(printedPeers('')).toEqual([]);
});
