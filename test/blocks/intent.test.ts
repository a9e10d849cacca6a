/** The intent against the plainest model of it: a map, asked again for everything each time. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import type {Block} from '../../src/blocks/block.js';
import {Intent} from '../../src/blocks/intent.js';
import type {Family} from '../../src/net/address.js';
import {families, network} from '../net/samples.js';
import {pool} from './chain/tree-samples.js';

/** Nested three deep, side by side, and equal but for the prefix. */
const nested: Readonly<Record<Family, readonly string[]>> = {
  4: [
    ...['192.0.0.0/16', '192.0.2.0/24', '192.0.2.0/25', '192.0.2.128/25', '192.0.2.0/31'],
    ...['192.0.2.0', '192.0.2.1', '192.0.2.2', '192.0.2.255', '192.0.3.0', '192.1.0.0/16'],
  ],
  6: [
    ...['2001:db8::/32', '2001:db8::/48', '2001:db8::/64', '2001:db8::/127', '2001:db8::'],
    ...['2001:db8::1', '2001:db8::2', '2001:db8:1::1', '2001:db9::/32', '2001:db9::7'],
  ],
};

const blockOf = (text: string, untilMs: number): Block => ({
  ...{network: text, fromMs: 0, untilMs},
  ...{reason: 'asked for', origin: 'operator'},
});

/** What should be asked for: all that lies in no larger one that is there. */
function merged(model: ReadonlyMap<string, number>): Map<string, number> {
  const all = [...model.keys()].map(network);
  const isInOther = (text: string): boolean => {
    const {first, last, prefix} = network(text);
    return all.some((other) => other.prefix < prefix && other.first <= first && last <= other.last);
  };
  return new Map([...model].filter(([text]) => !isInOther(text)));
}

type Move =
  | {readonly do: 'set'; readonly network: string; readonly untilMs: number}
  | {readonly do: 'delete'; readonly network: string}
  | {readonly do: 'replace'; readonly networks: readonly string[]; readonly untilMs: number};

const movesOf = (family: Family): fc.Arbitrary<Move[]> => {
  const text = fc.constantFrom(...nested[family], ...pool[family]);
  const untilMs = fc.integer({min: 1, max: 3});
  return fc.array(
    fc.oneof(
      {weight: 5, arbitrary: fc.record({do: fc.constant('set' as const), network: text, untilMs})},
      {weight: 3, arbitrary: fc.record({do: fc.constant('delete' as const), network: text})},
      fc.record({
        do: fc.constant('replace' as const),
        networks: fc.uniqueArray(text, {maxLength: 8}),
        untilMs,
      }),
    ),
    {maxLength: 25},
  );
};

function move(intent: Intent, model: Map<string, number>, step: Move): void {
  if (step.do === 'set') {
    intent.set(blockOf(step.network, step.untilMs));
    model.set(step.network, step.untilMs);
  } else if (step.do === 'delete') {
    intent.delete(step.network);
    model.delete(step.network);
  } else {
    intent.replace(step.networks.map((text) => blockOf(text, step.untilMs)));
    model.clear();
    for (const text of step.networks) model.set(text, step.untilMs);
  }
}

const histories = families.chain((family) =>
  fc.record({family: fc.constant(family), moves: movesOf(family)}),
);

describe('Intent: properties', () => {
  test('holds what a plain model holds, after any history', () => {
    fc.assert(
      fc.property(histories, ({family, moves}) => {
        const intent = new Intent(family);
        const model = new Map<string, number>();
        for (const step of moves) move(intent, model, step);
        const wanted = merged(model);
        expect(new Map(intent.entries())).toEqual(wanted);
        expect(intent.size).toBe(wanted.size);
        for (const text of [...nested[family], ...pool[family]]) {
          expect(intent.untilMs(text)).toBe(wanted.get(text));
        }
      }),
      {numRuns: 200},
    );
  });

  test('takeChanged names everything whose answer has changed, and is then empty', () => {
    fc.assert(
      fc.property(histories, fc.nat(24), ({family, moves}, asked) => {
        const intent = new Intent(family);
        const model = new Map<string, number>();
        for (const step of moves.slice(0, asked)) move(intent, model, step);
        intent.takeChanged();
        const before = new Map(intent.entries());
        for (const step of moves.slice(asked)) move(intent, model, step);
        const changed = intent.takeChanged();
        for (const text of [...nested[family], ...pool[family]]) {
          if (intent.untilMs(text) !== before.get(text)) expect([...changed]).toContain(text);
        }
        expect(intent.takeChanged().size).toBe(0);
      }),
      {numRuns: 200},
    );
  });
});

describe('Intent: cases', () => {
  test('a block within a larger one is not asked for, and comes back when that ends', () => {
    const intent = new Intent(4);
    intent.set(blockOf('192.0.2.7', 5));
    intent.takeChanged();
    intent.set(blockOf('192.0.2.0/24', 2));
    expect([...intent.entries()]).toEqual([['192.0.2.0/24', 2]]);
    expect(intent.untilMs('192.0.2.7')).toBeUndefined();
    expect(intent.takeChanged()).toEqual(new Set(['192.0.2.7', '192.0.2.0/24']));
    intent.set(blockOf('192.0.2.8', 9));
    expect(intent.size).toBe(1);
    intent.delete('192.0.2.0/24');
    expect([...intent.entries()]).toEqual([
      ['192.0.2.7', 5],
      ['192.0.2.8', 9],
    ]);
    expect([...intent.takeChanged()].sort()).toEqual(['192.0.2.0/24', '192.0.2.7', '192.0.2.8']);
  });

  test('the other family’s blocks are passed over', () => {
    const intent = new Intent(6);
    intent.replace([blockOf('192.0.2.7', 5), blockOf('2001:db8::7', 5)]);
    expect([...intent.entries()]).toEqual([['2001:db8::7', 5]]);
    intent.delete('192.0.2.7');
    expect(intent.takeChanged()).toEqual(new Set(['2001:db8::7']));
  });

  test('the same block again is no change, another end is one', () => {
    const intent = new Intent(4);
    intent.set(blockOf('192.0.2.7', 5));
    intent.takeChanged();
    intent.set(blockOf('192.0.2.7', 5));
    intent.replace([blockOf('192.0.2.7', 5)]);
    expect(intent.takeChanged().size).toBe(0);
    intent.set(blockOf('192.0.2.7', 6));
    expect(intent.takeChanged()).toEqual(new Set(['192.0.2.7']));
  });

  test.each(['192.0.2.300', '192.0.2.256', '192.0.2.07', '192.0.2', '192.0.2.7 ', '192.0.2.7\n'])(
    'a text that is no network is refused where it comes in: %j',
    (text) => {
      const intent = new Intent(4);
      expect(() => intent.set(blockOf(text, 5))).toThrow('as its network');
    },
  );
});
