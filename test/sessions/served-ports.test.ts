import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {mostMailerPorts} from '../../src/config/kinds/lists.js';
import {
  gatePorts,
  guardedPorts,
  missesUntilClosed,
  seenNow,
  type SeenPorts,
} from '../../src/sessions/served-ports.js';

const nothing: SeenPorts = {ports: [], misses: new Map()};
const after = (...looks: readonly (readonly number[])[]): readonly number[] =>
  looks.reduce(seenNow, nothing).ports;
const misses = (count: number): readonly (readonly number[])[] =>
  Array.from({length: count}, () => [25]);

describe('the ports of the mailer', () => {
  test('a port that opens counts at once', () => {
    expect(after([25], [25, 587])).toEqual([25, 587]);
  });

  test('one that closes counts until it was missed several times in a row', () => {
    expect(after([25, 587], ...misses(missesUntilClosed - 1))).toEqual([25, 587]);
    expect(after([25, 587], ...misses(missesUntilClosed))).toEqual([25]);
    expect(after([25, 587], ...misses(2), [25, 587], ...misses(2))).toEqual([25, 587]);
  });

  test('a mailer that is away closes nothing, however long', () => {
    const away = Array.from({length: 100}, () => []);
    expect(after([25, 587], ...away)).toEqual([25, 587]);
    // It opens its ports one after the other.
    expect(after([25, 587], ...away, [25], [25, 587])).toEqual([25, 587]);
    expect(after(...away)).toEqual([]);
  });

  test('the ports at which mail is handed in stay where there are too many', () => {
    const many = [...Array.from({length: 20}, (_, i) => 2000 + i), 587, 25, 465];
    expect(after(many)).toHaveLength(mostMailerPorts);
    expect(after(many).slice(0, 4)).toEqual([25, 465, 587, 2000]);
  });

  test('whatever is found: sorted, each once, within the bound', () => {
    const found = fc.array(fc.integer({min: 1, max: 65_535}), {maxLength: 30});
    fc.assert(
      fc.property(fc.array(found), (looks) => {
        const ports = after(...looks);
        expect(ports).toEqual([...new Set(ports)].sort((a, b) => a - b));
        expect(ports.length).toBeLessThanOrEqual(mostMailerPorts);
      }),
    );
  });
});

test('configured ports count, else those that were seen, else 25', () => {
  expect(guardedPorts([25], [25, 587])).toEqual([25]);
  expect(guardedPorts('auto', [25, 587])).toEqual([25, 587]);
  expect(guardedPorts('auto', undefined)).toEqual([25]);
  expect(guardedPorts('auto', [])).toEqual([25]);
  // A state of 1.0 may hold one more.
  const saved = [25, ...Array.from({length: mostMailerPorts}, (_, i) => 2000 + i)];
  expect(guardedPorts('auto', saved)).toEqual(saved.slice(0, -1));
});

test.each([
  ['off', []],
  ['observe', []],
  ['gate', [2500]],
  ['strict', [2500]],
] as const)('sessions that the gate has handed over, under %s: %j', (greeting, expected) => {
  expect(gatePorts({greeting, greetingPort: 2500})).toEqual(expected);
});
