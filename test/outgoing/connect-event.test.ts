import {describe, expect, test} from '@jest/globals';
import {isLoss, parseConnectEvent} from '../../src/outgoing/connect-event.js';

/** A line as kernels print it. It begins with the name that the process chose. */
const printed = (command: string, rest = ''): string =>
  `${`${command}-10683`.padStart(22)}   [001] ..... 34024.130933: inet_sock_set_state: family=AF_INET protocol=IPPROTO_TCP sport=0 dport=25 saddr=192.0.2.1 daddr=192.0.2.25 saddrv6=::ffff:192.0.2.1 daddrv6=::ffff:192.0.2.25 oldstate=TCP_CLOSE newstate=TCP_SYN_SENT${rest}`;

describe('parseConnectEvent', () => {
  test('IPv4', () => {
    const event = parseConnectEvent(printed('perl'));
    expect(event).toMatchObject({pid: 10_683, command: 'perl', remotePort: 25});
    expect(event?.remote.text).toBe('192.0.2.25');
  });

  test('IPv6', () => {
    const line =
      '         python3-10684   [001] d..2. 34024.323259: inet_sock_set_state: family=AF_INET6 protocol=IPPROTO_TCP sport=0 dport=587 saddr=0.0.0.0 daddr=0.0.0.0 saddrv6=2001:db8::1 daddrv6=2001:db8::25 oldstate=TCP_CLOSE newstate=TCP_SYN_SENT';
    const event = parseConnectEvent(line);
    expect([event?.remote.text, event?.remotePort, event?.pid]).toEqual([
      '2001:db8::25',
      587,
      10_684,
    ]);
  });

  test('older kernels, and those that print the thread group', () => {
    expect(parseConnectEvent(printed('perl').replace('.....', '....'))?.pid).toBe(10_683);
    expect(parseConnectEvent(printed('perl').replace('   [001]', ' (  10600) [001]'))?.pid).toBe(
      10_683,
    );
    expect(parseConnectEvent(printed('perl').replace('   [001]', ' (-------) [001]'))?.pid).toBe(
      10_683,
    );
  });

  test.each([
    'a-1',
    'a b c',
    'x-99 [000] ....',
    '-1   [001] ....',
    '[001] .... 1.1',
    ')(',
    'é'.repeat(7),
    'a\rb',
    '\r',
    'a\u0085b',
    'a\u2028b',
    '',
  ])('the name %j moves nothing', (command) => {
    const event = parseConnectEvent(printed(command));
    expect([event?.pid, event?.command]).toEqual([10_683, command]);
  });

  test.each([
    ['x\n', ''],
    ['\n', ''],
    ['x\ny z', 'y z'],
    ['a\n-1 [000] .... ', '-1 [000] ....'],
    ['\n-77   [001] ..', '-77   [001] ..'],
  ])('of the name %j the line that tells is understood', (name, rest) => {
    const lines = printed(name).split('\n');
    const events = lines.map(parseConnectEvent);
    expect(events.slice(0, -1).every((event) => event === undefined)).toBe(true);
    expect(lines.slice(0, -1).some(isLoss)).toBe(false);
    expect([events.at(-1)?.pid, events.at(-1)?.command.trimEnd()]).toEqual([10_683, rest]);
  });

  test('a name that the trace has lost is none', () => {
    expect(parseConnectEvent(printed('<...>'))).toMatchObject({pid: 10_683, command: ''});
  });

  test.each([
    ['another event', printed('perl').replace('inet_sock_set_state', 'sched_switch')],
    ['another moment', printed('perl').replace('TCP_SYN_SENT', 'TCP_ESTABLISHED')],
    ['more behind it', printed('perl', ' x')],
    ['no address', printed('perl').replace('::ffff:192.0.2.25', 'x').replace('192.0.2.25', 'y')],
    ['nothing', ''],
    ['a long line', `${'x'.repeat(500)}${printed('perl')}`],
    ['a name that is too long to be one', printed('x'.repeat(40))],
  ])('%s is none', (_, line) => {
    expect(parseConnectEvent(line)).toBeUndefined();
  });
});

test('isLoss', () => {
  expect(isLoss('CPU:1 [LOST 12 EVENTS]')).toBe(true);
  expect(isLoss('x CPU:1 [LOST 12 EVENTS]')).toBe(false);
  // A line of our tracepoint in a form that we do not know.
  expect(isLoss(printed('perl').replace('sport', 'source'))).toBe(true);
  expect(isLoss(printed('perl').replace('inet_sock_set_state', 'sched_switch'))).toBe(false);
});
