/** From the settings to the rules: which users they allow, and what a dry run logs. */
import {describe, expect, test} from '@jest/globals';
import {
  allowedUids,
  dryRunText,
  type EgressSettings,
  fixedRules,
  modeOf,
} from '../../../src/outgoing/egress/settings.js';
import {network} from '../../net/samples.js';

const settings: EgressSettings = {
  ...{backend: 'iptables', hookPlace: 'first', outbound: 'hold', outboundPorts: [25, 587]},
  outboundChainName: 'BLOCKSMTP_OUT',
  allowedSenders: [],
  allowedDestinations: [network('198.51.100.0/24'), network('2001:db8:5::/48')],
};

test.each([
  ['hold', 'hold'],
  ['reject', 'reject'],
  ['warn', 'none'],
  ['observe', 'none'],
  ['off', 'none'],
] as const)('outbound %s is the mode %s', (outbound, mode) => {
  expect(modeOf({outbound})).toBe(mode);
});

test('users: each once, in order, and only those that the machine can have', () => {
  const uidOf = (name: string) => ({mailer: 103, list: 38})[name];
  const entries = ['mailer:/usr/sbin/mailer', 'list:*', 'mailer:*', '99:*', 'absent:*'];
  expect(allowedUids(entries, uidOf)).toEqual([38, 99, 103]);
  expect(allowedUids(['4294967294:*', '4294967295:*', '9999999999:*'], uidOf)).toEqual([
    4_294_967_294,
  ]);
});

test('the rules of a family have its destinations, and the others’ have not', () => {
  const rulesOf = (family: 4 | 6) => fixedRules(settings, 'reject', family, [103], 30);
  expect(rulesOf(4)).toEqual({
    ...{chain: 'BLOCKSMTP_OUT', ports: [25, 587], mode: 'reject', uids: [103]},
    ...{destinations: [network('198.51.100.0/24')], switchSeconds: 30},
  });
  expect(rulesOf(6).destinations).toEqual([network('2001:db8:5::/48')]);
});

describe('a dry run says', () => {
  test('which connections it would let pass', () => {
    expect(dryRunText(settings, 'hold', [99, 103])).toBe(
      'would hold back until it is known whose they are: new connections to the ports 25, 587 of other machines (allowed: users 99, 103; networks 198.51.100.0/24, 2001:db8:5::/48)',
    );
  });

  test('that it would let nobody pass', () => {
    expect(dryRunText({...settings, allowedDestinations: []}, 'reject', [])).toBe(
      'would reject: new connections to the ports 25, 587 of other machines (allowed: users none; networks none)',
    );
  });
});
