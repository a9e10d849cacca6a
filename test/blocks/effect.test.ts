/** When a sign proves that a block has no effect, and above all when it does not. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import type {Block} from '../../src/blocks/block.js';
import {
  blocksAround,
  disproofOf,
  effectMargins,
  inForceSinceMs,
  SessionsHeard,
  silentMs,
} from '../../src/blocks/effect.js';
import {parseAddress} from '../../src/net/address.js';

const blockedMs = 1_800_000_000_000;
const hourMs = 3_600_000;
const force = {sinceMs: blockedMs, untilMs: blockedMs + hourMs};
const cut = effectMargins('both');
const uncut = effectMargins('none');
const unknown = {session: 'mail 1', beganMs: undefined, envelopeMs: undefined};
const after = (ms: number): number => blockedMs + ms;
const heardAt = (firstMs: number) => ({firstMs, lastMs: firstMs});

describe('a session', () => {
  const ms = fc.integer({min: -10 * hourMs, max: 10 * hourMs});
  const maybe = fc.option(ms, {nil: undefined});

  test('with any sign of life before the block, or within the margin, proves nothing', () => {
    fc.assert(
      fc.property(
        ms,
        ms,
        maybe,
        maybe,
        fc.constantFrom(cut, uncut),
        (at, first, began, id, margins) => {
          const sign = {
            ...{session: 'mail 1', atMs: after(at)},
            beganMs: began === undefined ? undefined : after(began),
            envelopeMs: id === undefined ? undefined : after(id),
          };
          const found = disproofOf(sign, heardAt(after(first)), force, margins);
          if (found === undefined) return;
          expect(at).toBeLessThan(hourMs);
          expect(first).toBeGreaterThanOrEqual(margins.linesMs);
          if (began !== undefined) expect(began).toBeGreaterThanOrEqual(margins.knownMs);
          if (id !== undefined && Math.abs(id - first) < hourMs)
            expect(id).toBeGreaterThanOrEqual(margins.knownMs);
        },
      ),
    );
  });

  test.each([
    ['a process that began before', {beganMs: after(-1000)}, 90_000, cut, 'nothing'],
    ['a process that began behind the margin', {beganMs: after(5000)}, 6000, cut, 'disproof'],
    [
      'one that began as early, where no session is cut',
      {beganMs: after(5000)},
      6000,
      uncut,
      'nothing',
    ],
    [
      'one that began a minute later, where none is cut',
      {beganMs: after(61_000)},
      62_000,
      uncut,
      'disproof',
    ],
    [
      'an envelope from before, heard of late',
      {envelopeMs: after(-60_000)},
      600_000,
      cut,
      'nothing',
    ],
    ['an envelope from after', {envelopeMs: after(5000)}, 6000, cut, 'disproof'],
    [
      'an id with a time of long ago, as no mailer gives',
      {envelopeMs: after(-8 * 24 * hourMs)},
      4000,
      cut,
      'disproof',
    ],
    ['lines alone, at once', {}, 1000, cut, 'nothing'],
    ['lines alone, behind the margin', {}, 2500, cut, 'disproof'],
    ['lines when the block is over', {}, hourMs, cut, 'nothing'],
  ] as const)('%s', (_, known, atMs, margins, expected) => {
    const sign = {...unknown, ...known, atMs: after(atMs)};
    const found = disproofOf(sign, heardAt(after(atMs)), force, margins);
    expect(found === undefined ? 'nothing' : 'disproof').toBe(expected);
  });
});

test('a pid stands for the same session until it surely belongs to another one', () => {
  const heard = new SessionsHeard();
  const note = (atMs: number) => heard.note({session: 'mail 7', atMs: after(atMs)}).firstMs;
  expect([note(0), note(5000), note(-1000)]).toEqual([after(0), after(0), after(-1000)]);
  expect(note(5000 + silentMs)).toBe(after(5000 + silentMs));
  // Lines that come late tell of the past, and never make a session younger.
  expect(note(0)).toBeLessThanOrEqual(after(0));
});

test('a block is in force since it was made, or since the firewall is in order again', () => {
  expect(inForceSinceMs({fromMs: 5, madeMs: 7}, 1)).toBe(7);
  expect(inForceSinceMs({fromMs: 5}, 1)).toBe(5);
  expect(inForceSinceMs({fromMs: 5, madeMs: 7}, 9)).toBe(9);
});

test.each([
  ['192.0.2.7', ['192.0.2.7', '192.0.2.0/24', '192.0.0.0/16'], ['192.0.3.0/24', '192.0.2.8']],
  [
    '2001:db8:1:2::7',
    ['2001:db8:1:2::7', '2001:db8:1:2::/64', '2001:db8::/32'],
    ['2001:db8:2::/48'],
  ],
])('blocks around %s: its own first, then ever larger ones', (text, around, others) => {
  const known = new Map([...around, ...others].map((network) => [network, {network} as Block]));
  const found = [...blocksAround(parseAddress(text)!, (network) => known.get(network))];
  expect(found.map(({network}) => network)).toEqual(around);
});
