/** Of which blocks somebody may complain. */
import {expect, test} from '@jest/globals';
import type {Block} from '../../../src/blocks/block.js';
import {heardBlock} from '../../../src/daemon/complaint/heard.js';
import type {Because} from '../../../src/judge/verdict.js';
import {startMs} from '../../complaint/support.js';

const heard = (because: Partial<Because> = {}, block: Partial<Block> = {}) =>
  heardBlock(
    {
      ...{network: '203.0.113.7', fromMs: startMs, untilMs: startMs + 1, reason: ''},
      origin: 'evidence',
      because: {
        ...{rule: 'row', score: 10, bar: 10, counts: {unknownRecipient: 10}, seconds: 60},
        ...{delivered: 0, deliveredDays: 0, stale: 0, wave: 'off', names: ['a']},
        ...{proof: 'kernel', weakest: 'kernel'},
        ...because,
      },
      ...block,
    },
    () => undefined,
    startMs,
  );

test('guessing of names and passwords is reported in counts', () => {
  const counts = {unknownRecipient: 3, vrfyProbe: 2, authFailed: 4, pregreet: 1};
  const told = {client: '203.0.113.7', unknownNames: 5, wrongPasswords: 4};
  expect(heard({counts})).toMatchObject({...told, firstMs: startMs - 60_000});
});

test.each(['pregreet', 'relayDenied', 'stuckSession', 'undeliverable', 'openProxy'])(
  '%s alone is no guessing, and accuses nobody',
  (kind) => {
    expect(heard({counts: {[kind]: 10}})).toBeUndefined();
  },
);

test('a line of a log among the signs accuses nobody, and no more does what nobody knows', () => {
  expect(heard({weakest: 'title'})).toBeDefined();
  expect(heard({weakest: 'log'})).toBeUndefined();
  expect(heard({weakest: undefined})).toBeUndefined();
  expect(heard({proof: 'log'})).toBeUndefined();
});

test('nor does a block of a network, of the operator, or of an IPv6 network without an address', () => {
  expect(heard({rule: 'neighbours'})).toBeUndefined();
  expect(heard({}, {origin: 'operator'})).toBeUndefined();
  expect(heard({}, {network: '2001:db8::/64'})).toBeUndefined();
});
