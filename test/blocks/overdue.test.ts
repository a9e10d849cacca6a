/** Which blocks stand without an end when no daemon runs, and what blocksmtp reports about them. */
import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import {endlessBlocks, endlessText} from '../../src/blocks/overdue.js';

const nowMs = Date.UTC(2026, 10, 21, 12);
const minuteMs = 60_000;
const block = (network: string, leftMinutes: number) => ({
  network,
  untilMs: nowMs + leftMinutes * minuteMs,
});

test('with ipset and nftables the kernel ends them, and no block is none', () => {
  const blocks = [block('192.0.2.7', -5)];
  expect(endlessBlocks(blocks, 'ipset', nowMs)).toBeUndefined();
  expect(endlessBlocks(blocks, 'nftables', nowMs)).toBeUndefined();
  expect(endlessBlocks([], 'iptables', nowMs)).toBeUndefined();
});

test.each([
  [
    [5],
    'badConfiguration',
    'no daemon runs, so 1 block stands in iptables without an end; none of them is over yet: correct the configuration and start it, or `blocksmtp flush` lifts all',
  ],
  [
    [5, -90],
    'notRunning',
    'no daemon runs, so 2 blocks stand in iptables without an end; 1 of them should have ended: 192.0.2.1 (over for 90m): start it, or `blocksmtp flush` lifts all',
  ],
  [
    [-1, -60, 0, -3, -7200],
    'notRunning',
    'no daemon runs, so 5 blocks stand in iptables without an end; 5 of them should have ended: 192.0.2.4 (over for 5d), 192.0.2.1 (over for 60m), 192.0.2.3 (over for 3m), and 2 more: start it, or `blocksmtp flush` lifts all',
  ],
] as const)('blocks with %j minutes left, %s', (left, why, expected) => {
  const blocks = left.map((minutes, i) => block(`192.0.2.${i}`, minutes));
  expect(endlessText(endlessBlocks(blocks, 'iptables', nowMs)!, why)).toBe(expected);
});

test('however many there are, the line stays short, and every block is counted', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({min: -1e6, max: 1e6}), {minLength: 1}), (left) => {
      const blocks = left.map((minutes, i) => block(`2001:db8::${i.toString(16)}`, minutes));
      const endless = endlessBlocks(blocks, 'iptables', nowMs)!;
      const over = left.filter((minutes) => minutes <= 0).length;
      expect([endless.blocks, endless.over]).toEqual([left.length, over]);
      expect(endlessText(endless, 'notRunning').length).toBeLessThan(400);
    }),
  );
});
