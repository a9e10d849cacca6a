import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {
  type Block,
  isCovered,
  nextEndMs,
  passes,
  refusal,
  shortestPrefix,
  standing,
} from '../../src/blocks/block.js';
import {address, network} from '../net/samples.js';

const block = (text: string, untilMs: number): Block => ({
  network: text,
  fromMs: 0,
  untilMs,
  reason: 'asked for',
  origin: 'operator',
});

test.each([
  ['203.0.113.7', true],
  ['198.51.100.200', true],
  ['2001:db8:1::7', true],
  ['203.0.113.70', false],
  ['198.51.101.1', false],
  ['2001:db8:2::7', false],
])('isCovered: %s %s', (client, is) => {
  const blocks = ['203.0.113.7', '198.51.100.0/24', '2001:db8:1::/48'].map((each) =>
    block(each, 1),
  );
  expect(isCovered(address(client), blocks)).toBe(is);
});

test.each([
  ['198.51.100.7', false],
  ['198.51.100.70', false],
  ['198.51.100.8', true],
])('isCovered: with holes in the block, %s %s', (client, is) => {
  const holed = {...block('198.51.100.0/24', 1), except: ['198.51.100.7', '198.51.100.64/28']};
  expect(passes(address(client), holed)).toBe(!is);
  expect(isCovered(address(client), [holed])).toBe(is);
  expect(isCovered(address(client), [holed, block(client, 1)])).toBe(true);
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
