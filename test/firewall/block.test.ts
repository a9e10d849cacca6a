import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {
  type Block,
  mostBlocks,
  nextEndMs,
  refusal,
  shortestPrefix,
  standing,
} from '../../src/firewall/block.js';
import {Guard} from '../../src/guard.js';
import {emptyState} from '../../src/state/state.js';
import {network} from '../net/samples.js';
import {settings} from '../score/samples.js';

const block = (text: string, untilMs: number): Block => ({
  network: text,
  fromMs: 0,
  untilMs,
  reason: 'asked for',
  origin: 'operator',
});

describe('shortestPrefix', () => {
  test('is /16 and /32', () => {
    expect(shortestPrefix).toEqual({4: 16, 6: 32});
  });

  test.each(['192.0.2.7', '198.51.100.0/24', '198.51.0.0/16', '2001:db8::7', '2001:db8::/32'])(
    '%s may be blocked',
    (text) => {
      expect(refusal(network(text))).toBeUndefined();
    },
  );

  test.each([
    ['198.51.0.0/15', '198.50.0.0/15 is too large: expected a prefix of /16 or longer'],
    ['128.0.0.0/1', '128.0.0.0/1 is too large: expected a prefix of /16 or longer'],
    ['2001:db8::/31', '2001:db8::/31 is too large: expected a prefix of /32 or longer'],
    ['::ffff:198.51.0.0/111', '198.50.0.0/15 is too large: expected a prefix of /16 or longer'],
  ])('%s is refused', (text, why) => {
    expect(refusal(network(text))).toBe(why);
  });
});

describe('standing and nextEndMs', () => {
  test('a block stands until the ms before its end', () => {
    const blocks = [block('192.0.2.7', 1000), block('192.0.2.8', 1001)];
    expect(standing(blocks, 999).map((b) => b.network)).toEqual(['192.0.2.7', '192.0.2.8']);
    expect(standing(blocks, 1000).map((b) => b.network)).toEqual(['192.0.2.8']);
    expect(standing(blocks, 1001)).toEqual([]);
  });

  test('nextEndMs of nothing is undefined', () => {
    expect(nextEndMs([])).toBeUndefined();
  });

  test('at nextEndMs at least one block ends, and before it none', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), {minLength: 1}), (ends) => {
        const blocks = ends.map((end, i) => block(`192.0.2.${i}`, end));
        const next = nextEndMs(blocks) ?? -1;
        expect(standing(blocks, next - 1)).toHaveLength(blocks.length);
        expect(standing(blocks, next).length).toBeLessThan(blocks.length);
      }),
    );
  });
});

describe('mostBlocks', () => {
  const state = emptyState();
  const guard = new Guard(settings, state);
  const nth = (i: number): string => `2001:db8::${(i + 1).toString(16)}`;
  for (let i = 0; i < mostBlocks; i++) state.blocks.set(nth(i), block(nth(i), 1000));

  test('is 50,000; one more is not made', () => {
    expect(mostBlocks).toBe(50_000);
    expect(guard.block(block('203.0.113.7', 2000), 1)).toEqual({
      kind: 'noRoom',
      network: '203.0.113.7',
    });
    expect(state.blocks.size).toBe(mostBlocks);
    expect(state.history).toEqual([]);
  });

  test('one that stands is set anew all the same', () => {
    expect(guard.block(block(nth(3), 2000), 1).kind).toBe('block');
    expect(state.blocks.get(nth(3))?.untilMs).toBe(2000);
  });
});
