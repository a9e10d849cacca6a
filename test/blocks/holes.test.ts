/** Blocks with holes in them: what is dropped, address by address, against the plainest model. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import type {Block} from '../../src/blocks/block.js';
import {Intent} from '../../src/blocks/intent.js';
import {contains, type Network} from '../../src/net/network.js';
import {mostHoles} from '../../src/net/subtract.js';
import {address, network as parsed} from '../net/samples.js';

/** Read once: each is asked about thousands of times. */
const read = new Map<string, Network>();
function network(text: string): Network {
  const known = read.get(text) ?? parsed(text);
  read.set(text, known);
  return known;
}

type Plain = Pick<Block, 'network' | 'untilMs' | 'except'>;

const blockOf = (text: string, untilMs: number, except?: readonly string[]): Block => ({
  ...{network: text, fromMs: 0, untilMs, except},
  ...{reason: 'guessed', origin: 'evidence'},
});

/** Nested, side by side, and such as others become when a hole is cut. */
const pools = {
  4: [
    '192.0.2.0/28',
    '192.0.2.0/29',
    '192.0.2.8/29',
    '192.0.2.8/30',
    '192.0.2.12/31',
    '192.0.2.12',
    '192.0.2.13',
    '192.0.2.3',
  ],
  6: [
    '2001:db8::/124',
    '2001:db8::/125',
    '2001:db8::8/125',
    '2001:db8::8/126',
    '2001:db8::c',
    '2001:db8::3',
  ],
} as const;
const hosts = {
  4: Array.from({length: 18}, (_, i) => address(`192.0.2.${i}`)),
  6: Array.from({length: 18}, (_, i) => address(`2001:db8::${i.toString(16)}`)),
} as const;

/** Until when each address is dropped; undefined: it is not. */
function droppedBy(model: readonly Plain[], family: 4 | 6): (number | undefined)[] {
  return hosts[family].map((one) => {
    const its = model.filter(
      ({network: text, except = []}) =>
        contains(network(text), one) && !except.some((hole) => contains(network(hole), one)),
    );
    return its.length === 0 ? undefined : Math.max(...its.map(({untilMs}) => untilMs));
  });
}

function isDropped(intent: Intent, family: 4 | 6): boolean[] {
  const all = [...intent.entries()].map(([text]) => network(text));
  return hosts[family].map((one) => all.some((each) => contains(each, one)));
}

type Step = readonly ['set' | 'delete' | 'replace', readonly Plain[]];

const histories = fc.constantFrom(4 as const, 6 as const).chain((family) => {
  const text = fc.constantFrom(...pools[family]);
  const plain = fc.record({
    network: text,
    untilMs: fc.integer({min: 1, max: 3}),
    except: fc.oneof(fc.constant([]), fc.uniqueArray(text, {maxLength: 3})),
  });
  const step = fc.tuple(
    fc.constantFrom('set' as const, 'set' as const, 'delete' as const, 'replace' as const),
    fc.uniqueArray(plain, {minLength: 1, maxLength: 4, selector: (each) => each.network}),
  );
  return fc.record({family: fc.constant(family), steps: fc.array(step, {maxLength: 12})});
});

function take(intent: Intent, model: Map<string, Plain>, [what, blocks]: Step): void {
  const whole = blocks.map((each) => ({...blockOf(each.network, each.untilMs), ...each}));
  if (what === 'replace') {
    model.clear();
    intent.replace(whole);
  }
  for (const block of whole) {
    if (what === 'set') intent.set(block);
    if (what === 'delete') intent.delete(block.network);
    if (what === 'delete') model.delete(block.network);
    else model.set(block.network, block);
  }
}

describe('Intent: blocks with holes', () => {
  test('drop just the addresses that some block drops, after any history', () => {
    fc.assert(
      fc.property(histories, ({family, steps}) => {
        const intent = new Intent(family);
        const model = new Map<string, Plain>();
        for (const step of steps) {
          take(intent, model, step);
          const dropped = droppedBy([...model.values()], family);
          expect(isDropped(intent, family)).toEqual(dropped.map((each) => each !== undefined));
        }
        const all = [...intent.entries()].map(([text]) => network(text));
        expect(intent.size).toBe(all.length);
        // Disjoint: a set of intervals takes no others.
        for (const [i, a] of all.entries()) {
          for (const b of all.slice(i + 1)) expect(a.last < b.first || b.last < a.first).toBe(true);
        }
      }),
      {numRuns: 200},
    );
  });

  test('the bookkeeping equals that of a new intent with the same blocks', () => {
    fc.assert(
      fc.property(histories, ({family, steps}) => {
        const intent = new Intent(family);
        const model = new Map<string, Plain>();
        for (const step of steps) take(intent, model, step);
        const other = new Intent(family);
        for (const block of model.values()) other.set(block);
        expect(new Map(intent.entries())).toEqual(new Map(other.entries()));
        intent.replace([]);
        expect([[...intent.entries()], intent.size]).toEqual([[], 0]);
      }),
      {numRuns: 150},
    );
  });

  test('takeChanged names everything whose answer has changed', () => {
    fc.assert(
      fc.property(histories, fc.nat(11), ({family, steps}, asked) => {
        const intent = new Intent(family);
        const model = new Map<string, Plain>();
        for (const step of steps.slice(0, asked)) take(intent, model, step);
        intent.takeChanged();
        const before = new Map(intent.entries());
        for (const step of steps.slice(asked)) take(intent, model, step);
        const changed = [...intent.takeChanged()];
        const after = new Map(intent.entries());
        for (const text of new Set([...before.keys(), ...after.keys()])) {
          if (before.get(text) !== after.get(text)) expect(changed).toContain(text);
        }
      }),
      {numRuns: 150},
    );
  });

  test('a hole that is cut later, and one that is closed again', () => {
    const intent = new Intent(4);
    intent.set(blockOf('192.0.2.0/30', 5));
    intent.takeChanged();
    intent.set(blockOf('192.0.2.0/30', 5, ['192.0.2.1']));
    const pieces = ['192.0.2.0', '192.0.2.2/31'];
    expect([...intent.entries()]).toEqual(pieces.map((text) => [text, 5]));
    expect(intent.takeChanged()).toEqual(new Set(['192.0.2.0/30', ...pieces]));
    intent.set(blockOf('192.0.2.0/30', 5, ['192.0.2.1']));
    expect(intent.takeChanged().size).toBe(0);
    intent.set(blockOf('192.0.2.0/30', 5));
    expect([...intent.entries()]).toEqual([['192.0.2.0/30', 5]]);
  });

  test('a client with a block of its own stays blocked in the hole of another block', () => {
    const intent = new Intent(4);
    intent.set(blockOf('192.0.2.0/30', 5, ['192.0.2.1']));
    intent.set(blockOf('192.0.2.1', 3));
    intent.set(blockOf('192.0.2.0', 9));
    expect(new Map(intent.entries())).toEqual(
      new Map([
        ['192.0.2.0', 9],
        ['192.0.2.1', 3],
        ['192.0.2.2/31', 5],
      ]),
    );
    intent.delete('192.0.2.0');
    expect(intent.untilMs('192.0.2.0')).toBe(5);
  });

  test('with more holes than there may be, or nothing beside them, nothing is dropped', () => {
    const intent = new Intent(4);
    const many = Array.from({length: mostHoles + 1}, (_, i) => `192.0.2.${i}`);
    intent.set(blockOf('192.0.2.0/24', 5, many));
    intent.set(blockOf('198.51.100.0/24', 5, ['198.51.100.0/25', '198.51.100.128/25']));
    expect(intent.size).toBe(0);
    intent.set(blockOf('192.0.2.0/24', 5, many.slice(1)));
    expect(intent.size).toBeGreaterThan(0);
    intent.replace([]);
    expect(intent.size).toBe(0);
  });

  test('thousands of blocks cost the same beside one with holes', () => {
    const cost = (except: readonly string[]): number => {
      const intent = new Intent(4);
      intent.set(blockOf('198.51.100.0/24', 5, except));
      const began = performance.now();
      for (let i = 0; i < 5000; i++) intent.set(blockOf(`10.0.${i >> 8}.${i & 255}`, 5));
      return performance.now() - began;
    };
    cost([]);
    const rounds = Array.from({length: 5}, () => [cost([]), cost(['198.51.100.7'])] as const);
    const [plain, holed] = [0, 1].map((at) => Math.min(...rounds.map((each) => each[at]!)));
    expect(holed! / plain!).toBeLessThan(20);
  });
});
