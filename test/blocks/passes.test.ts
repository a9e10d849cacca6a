import {describe, expect, test} from '@jest/globals';
import {loginMs, mostPasses, mostSubmitters, passesOf} from '../../src/blocks/passes.js';
import type {Block} from '../../src/blocks/block.js';

const nowMs = 1_800_000_000_000;
const block = (network: string, more: Partial<Block> = {}): Block => ({
  ...{network, fromMs: nowMs, untilMs: nowMs + 1000, reason: 'guesses', origin: 'evidence'},
  ...more,
});

/** @param logins by client, how long ago. Ms */
function passing(logins: Readonly<Record<string, number>>, ...blocks: readonly Block[]): string[] {
  const submitters = Object.entries(logins).map(
    ([client, agoMs]) => [client, {lastMs: nowMs - agoMs}] as const,
  );
  const table = new Map(blocks.map((each) => [each.network, each]));
  return [...passesOf(submitters, table, nowMs).keys()];
}

describe('clients that pass a block at the ports for submission', () => {
  test('a client that logged in recently and is blocked for guesses, by itself or with its network', () => {
    const logins = {'203.0.113.7': 0, '203.0.113.8': loginMs - 1, '192.0.2.7': 0};
    expect(passing(logins, block('203.0.113.7'))).toEqual(['203.0.113.7']);
    expect(passing(logins, block('203.0.113.0/24'))).toEqual(['203.0.113.7', '203.0.113.8']);
    expect(passing({'2001:db8::/64': 0}, block('2001:db8::/64'))).toEqual(['2001:db8::/64']);
    expect(passing({'2001:db8::/64': 0}, block('2001:db8::/48'))).toEqual(['2001:db8::/64']);
  });

  test('not a client that logged in too long ago, nor one that is not blocked', () => {
    expect(passing({'203.0.113.7': loginMs}, block('203.0.113.7'))).toEqual([]);
    const over = block('203.0.113.7', {untilMs: nowMs});
    expect(passing({'203.0.113.7': 0}, over, block('203.0.113.9'))).toEqual([]);
  });

  test('not a client that the operator blocks by its own address, but one in a network that the operator blocks', () => {
    const origin = 'operator';
    const own = block('203.0.113.7', {origin});
    expect(passing({'203.0.113.7': 0}, own, block('203.0.113.0/24'))).toEqual([]);
    expect(passing({'203.0.113.7': 0}, block('203.0.113.0/24', {origin}))).toEqual(['203.0.113.7']);
  });

  test('no client that lies in another one: a set of networks takes no overlap', () => {
    const logins = {'2001:db8::7': 0, '2001:db8::/64': 1};
    expect(passing(logins, block('2001:db8::/48'))).toEqual(['2001:db8::/64']);
  });

  test('of too many the latest logins', () => {
    const many = Object.fromEntries(
      Array.from({length: mostPasses + 9}, (_, i) => [`198.18.${i >> 8}.${i & 255}`, 1000 - i]),
    );
    const found = passing(many, block('198.18.0.0/16'));
    expect(found).toHaveLength(mostPasses);
    expect(found[0]).toBe(`198.18.1.${(mostPasses + 8) & 255}`);
    expect(mostSubmitters).toBeGreaterThan(mostPasses);
  });
});
