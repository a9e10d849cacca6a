/** What holds for networks whatever is asked: bars, bounds, restarts, clocks. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {PackedTable} from '../../../src/base/mechanisms/packed-table.js';
import {Networks} from '../../../src/judge/crowd/networks.js';
import {contains, parseNetwork} from '../../../src/net/network.js';
import {address} from '../../net/samples.js';
import {ask, dayMs, fresh, hosts, minuteMs, startMs} from './samples.js';

describe('Networks: always', () => {
  test('no verdict without the names, the members, or against a mailer; none too wide', () => {
    const client = fc
      .tuple(fc.constantFrom(4, 6), fc.nat(3), fc.nat(3), fc.nat(9))
      .map(([family, a, b, c]) =>
        family === 4 ? `198.51.${a * 16 + b}.${c}` : `2001:db8:${a}:${b}0${c}::1`,
      );
    const step = fc.tuple(
      client,
      fc.constantFrom(...Array<'a'>(9).fill('a'), 'd', 'm'),
      fc.integer({min: 1, max: 3}),
    );
    fc.assert(
      fc.property(fc.array(step, {maxLength: 120}), fc.constantFrom(128, 64, 56), (all, ipv6) => {
        const {networks} = fresh(ipv6);
        const asked: [string, number][] = [];
        const mailers: string[] = [];
        for (const [i, [text, what, names]] of all.entries()) {
          const [one, atMs] = [address(text), startMs + i * minuteMs];
          if (what !== 'a') {
            networks.delivered(one, what === 'm' ? 'mailer' : 'first', atMs);
            if (what === 'm') mailers.push(text);
            continue;
          }
          asked.push([text, names]);
          for (const verdict of networks.asked(one, names, atMs)) {
            expect(contains(verdict.network, one)).toBe(true);
            expect(verdict.network.prefix).toBeGreaterThanOrEqual(one.family === 4 ? 24 : 48);
            expect(mailers.filter((each) => contains(verdict.network, address(each)))).toEqual([]);
            const guilty = parseNetwork(verdict.within ?? verdict.network.text)!;
            const its = asked.filter(([each]) => contains(guilty, address(each)));
            expect(its.reduce((sum, [, count]) => sum + count, 0)).toBeGreaterThanOrEqual(
              verdict.bar,
            );
            expect(new Set(its.map(([each]) => each)).size).toBeGreaterThanOrEqual(3);
            expect(verdict.score).toBeGreaterThanOrEqual(verdict.bar);
          }
        }
      }),
      {numRuns: 300},
    );
  });

  test('a restart changes nothing', () => {
    const run = (restarts: 'none' | 'many'): [number, string, number][] => {
      let table = new PackedTable(Networks.layout);
      let networks = new Networks(table);
      return Array.from(
        {length: 300},
        (_, i) => `198.51.${96 + (i % 16)}.${1 + (i % 250)}`,
      ).flatMap((text, i): [number, string, number][] => {
        if (restarts === 'many' && i % 7 === 0) {
          const copy = new PackedTable(Networks.layout);
          for (const slot of table.slots()) {
            copy.entry(copy.add(table.key(slot))).set(table.entry(slot));
          }
          table = copy;
          networks = new Networks(table);
        }
        const found = networks.asked(address(text), 1, startMs + i * 10 * minuteMs);
        return found.map((each) => [i, each.network.text, each.repeat]);
      });
    };
    expect(run('many')).toEqual(run('none'));
    expect(run('none').length).toBeGreaterThan(10);
  });

  test('rows that are over are swept; a client that delivers is remembered for 90 days', () => {
    const {networks, table} = fresh();
    ask(networks, hosts('192.0.2.', 9));
    networks.delivered(address('203.0.113.7'), 'mailer', startMs);
    expect(table.size).toBe(6);
    networks.sweep(startMs + 9 * dayMs);
    networks.sweep(startMs + 9 * dayMs);
    // The /24 is on the ladder still.
    expect(table.size).toBe(4);
    networks.sweep(startMs + 20 * dayMs);
    networks.sweep(startMs + 20 * dayMs);
    expect(table.size).toBe(3);
    networks.sweep(startMs + 91 * dayMs);
    networks.sweep(startMs + 91 * dayMs);
    expect(table.size).toBe(0);
  });

  test('a clock that was ahead leaves no block for years', () => {
    const {networks} = fresh();
    ask(networks, hosts('192.0.2.', 9), {fromMs: startMs + 1000 * dayMs});
    networks.sweep(startMs);
    const found = ask(networks, hosts('192.0.2.', 8), {fromMs: startMs + 5 * dayMs});
    expect(found.length).toBe(1);
  });

  test('the strangers go first beyond a million; no record is mixed up', () => {
    let bound = 0;
    class SmallTable extends PackedTable {
      override limitTo(most: number, worth: (slot: number) => number): void {
        bound = most;
        super.limitTo(1000, worth);
      }
    }
    const table = new SmallTable(Networks.layout);
    const networks = new Networks(table);
    expect(bound).toBe(1_000_000);
    networks.delivered(address('203.0.113.7'), 'mailer', startMs);
    for (let i = 0; i < 20_000; i++) {
      const text = `${1 + (i % 200)}.${(i * 11) % 256}.${(i * 7) % 256}.1`;
      expect(networks.asked(address(text), 1, startMs + i * 1000)).toEqual([]);
    }
    expect(table.size).toBe(1000);
    const found = ask(networks, hosts('203.0.113.', 9, 50), {fromMs: startMs + dayMs});
    expect(found).toEqual([]);
  });
});
