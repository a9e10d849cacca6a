/** sendmail's own pause, found in the text of its files, and networks as keys of an access map. */
import {describe, expect, test} from '@jest/globals';
import {accessKeys, mostKeys, pauseIn, waitingIn} from '../../src/greeting/pause.js';
import {pauseAdvice} from '../../src/report/greeting/advice.js';
import {networkOf} from '../../src/net/network.js';

/** Text that cf/feature/greet_pause.m4 makes, with and without an access map. */
const withMap = `
SLocal_greet_pause
Sgreet_pause
R$*\t\t\t$: <$1><?> $| $>"Local_greet_pause" $1
R<$*><?> $| $#$*\t$#$2
R<$*><?> $| $*\t\t$: $1
R$+ $| $+\t\t$: $>D < $1 > <?> <! GreetPause> < $2 >
R<?> <$*>\t$# 5000
R<$* <TMPF>> <$*>\t$@
R<$+> <$*>\t\t$# $1
SLocal_other
R$*\t$# 9000
`;

test.each([
  ['no pause', 'SLocal_check_mail\nR$*\t$# 5000\n', {kind: 'off'}],
  ['a pause and an access map', withMap, {kind: 'on', ms: 5000, accessMap: 'asked'}],
  [
    'an access map alone',
    withMap.replace('R<?> <$*>\t$# 5000\n', ''),
    {kind: 'on', accessMap: 'asked'},
  ],
  [
    'a pause for all',
    'Sgreet_pause\nR$*\t$# 7000\n',
    {kind: 'on', ms: 7000, accessMap: 'notAsked'},
  ],
])('%s', (_, text, expected) => {
  expect(pauseIn(text)).toEqual(expected);
});

test.each([
  ['Kaccess hash -T<TMPF> -o /etc/mail/access\n', '/etc/mail/access'],
  ['Kaccess cdb -T<TMPF> /var/lib/maps/access.cdb\n', '/var/lib/maps/access'],
  ['Kaccess hash -T<TMPF> \n', undefined],
])('the access map of %j is %s', (line, expected) => {
  const found = pauseIn(`${line}${withMap}`);
  expect(found.kind === 'on' && found.accessFile).toBe(expected);
});

describe('clients that wait although they are exempt', () => {
  test.each([
    ['GreetPause:127.0.0.1\t0\n', '127.0.0.1', false],
    ['Connect:127\tRELAY\nGreetPause:127\t0\n', '127.0.0.1', false],
    ['greetpause:127 0 \n', '127.0.0.1', false],
    ['GreetPause:localhost\t0\n', '127.0.0.1', false],
    ['GreetPause:localhost\t0\n', '::1', false],
    ['GreetPause:localhost\t0\n', '192.0.2.1', true],
    ['GreetPause:127.0.0.1\t5000\n', '127.0.0.1', true],
    ['GreetPause:127\t0\nGreetPause:127.0.0.1\t9000\n', '127.0.0.1', true],
    ['#GreetPause:127.0.0.1\t0\n', '127.0.0.1', true],
    ['GreetPause:1270\t0\n', '127.0.0.1', true],
    ['GreetPause:192.0.2\t0\n', '192.0.2.128/31', false],
    ['GreetPause:192.0.2.7\t0\n', '192.0.2.0/24', true],
    ['GreetPause:IPv6:2001:DB8\t0\n', '2001:db8::1', false],
    ['GreetPause:IPv6:2001:db8:0:0:0:0:0:1\t0\n', '2001:db8::2', true],
    // It would need too many lines.
    ['', '192.0.2.0/25', false],
  ])('by %j, %s: %s', (text, network, waits) => {
    expect(waitingIn(text, [networkOf(network)])).toHaveLength(waits ? 1 : 0);
  });

  test('nobody, by the lines that are printed for them', () => {
    const all = ['127.0.0.1', '::1', '192.0.2.1', '198.51.100.0/23', '2001:db8:1::/48'].map(
      networkOf,
    );
    expect(waitingIn(pauseAdvice(all), all)).toEqual([]);
  });
});

describe('keys of an access map', () => {
  test.each([
    ['192.0.2.7', ['192.0.2.7']],
    ['192.0.2.0/24', ['192.0.2']],
    ['127.0.0.0/8', ['127']],
    ['198.51.100.0/23', ['198.51.100', '198.51.101']],
    ['192.0.2.8/31', ['192.0.2.8', '192.0.2.9']],
    ['2001:db8::1', ['IPv6:2001:db8:0:0:0:0:0:1']],
    ['2001:db8:1:2::/64', ['IPv6:2001:db8:1:2']],
    ['2001:db8::/31', ['IPv6:2001:db8', 'IPv6:2001:db9']],
    ['::1', ['IPv6:0:0:0:0:0:0:0:1']],
  ])('%s', (text, expected) => {
    expect(accessKeys(networkOf(text))).toEqual(expected);
  });

  test('as many as can be read, and no more', () => {
    expect(accessKeys(networkOf('198.51.0.0/18'))).toHaveLength(mostKeys);
    expect(accessKeys(networkOf('198.51.0.0/17'))).toBeUndefined();
    expect(accessKeys(networkOf('192.0.2.0/25'))).toBeUndefined();
  });
});
