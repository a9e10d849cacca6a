import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {hashOf} from '../../../src/base/hash.js';
import {PackedTable} from '../../../src/base/mechanisms/packed-table.js';
import {keptMs, KnownNames, weekMs} from '../../../src/judge/crowd/known-names.js';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const startMs = Date.parse('2026-03-02T09:00:00Z');

const fresh = (): {names: KnownNames; table: PackedTable} => {
  const table = new PackedTable(KnownNames.layout);
  return {names: new KnownNames(table), table};
};

describe('KnownNames', () => {
  test('a name is of this week, then stale, and after a year unknown', () => {
    const {names, table} = fresh();
    const name = hashOf('anna@example.org');
    expect(names.standing(name, startMs)).toBe('never');
    names.took(name, startMs);
    expect(names.standing(name, startMs)).toBe('thisWeek');
    expect(names.standing(name, startMs + weekMs)).toBe('thisWeek');
    expect(names.standing(name, startMs + weekMs + 2 * hourMs)).toBe('stale');
    names.sweep(startMs + keptMs - dayMs);
    expect(names.standing(name, startMs + keptMs - dayMs)).toBe('stale');
    names.sweep(startMs + keptMs + dayMs);
    expect([names.standing(name, startMs), table.size]).toEqual(['never', 0]);
  });

  test('it holds the same as a map, whatever order mails come in', () => {
    const mails = fc.array(fc.tuple(fc.nat(20), fc.nat(20 * 24)), {maxLength: 60});
    fc.assert(
      fc.property(mails, fc.nat(20 * 24), (all, askedHours) => {
        const {names} = fresh();
        const last = new Map<number, number>();
        for (const [name, hours] of all) {
          const hash = hashOf(`user${name}@example.org`);
          names.took(hash, startMs + hours * hourMs);
          last.set(hash, Math.max(last.get(hash) ?? 0, hours));
        }
        for (let name = 0; name <= 20; name++) {
          const hash = hashOf(`user${name}@example.org`);
          const hours = last.get(hash);
          const isFresh = hours !== undefined && askedHours - hours < 7 * 24 + 1;
          expect(names.standing(hash, startMs + askedHours * hourMs)).toBe(
            hours === undefined ? 'never' : isFresh ? 'thisWeek' : 'stale',
          );
        }
      }),
      {numRuns: 200},
    );
  });

  test('hashes of up to 53 bits are told apart', () => {
    const {names} = fresh();
    const most = Number.MAX_SAFE_INTEGER;
    names.took(most, startMs);
    for (const other of [most - 1, most - 2 ** 32, most % 2 ** 32, 0]) {
      expect(names.standing(other, startMs)).toBe('never');
    }
    expect(names.standing(most, startMs)).toBe('thisWeek');
  });

  test('mails of one hour are one note', () => {
    const {names, table} = fresh();
    names.took(7, startMs);
    table.saved();
    names.took(7, startMs + hourMs - 1);
    expect([...table.changes()]).toEqual([]);
    names.took(7, startMs + hourMs);
    expect([...table.changes()]).toHaveLength(1);
  });

  test('the future that a wrong clock has noted comes down to now', () => {
    const {names} = fresh();
    names.took(7, startMs + 3 * keptMs);
    names.sweep(startMs);
    expect(names.standing(7, startMs + weekMs - 1)).toBe('thisWeek');
    expect(names.standing(7, startMs + weekMs + 2 * hourMs)).toBe('stale');
  });

  test('a sweep in steps sees every name, and new ones may come between', () => {
    const {names, table} = fresh();
    const count = 5000;
    for (let name = 0; name < count; name++) names.took(name, startMs);
    const lateMs = startMs + keptMs + dayMs;
    names.sweep(lateMs);
    expect(table.size).toBeGreaterThan(0);
    for (let name = 0; name < 1000; name++) names.took(count + name, lateMs);
    for (let step = 0; step < 4; step++) names.sweep(lateMs);
    expect(table.size).toBe(1000);
  });

  test('the oldest names go first beyond a million', () => {
    let bound = 0;
    class SmallTable extends PackedTable {
      override limitTo(most: number, worth: (slot: number) => number): void {
        bound = most;
        super.limitTo(1000, worth);
      }
    }
    const table = new SmallTable(KnownNames.layout);
    const names = new KnownNames(table);
    expect(bound).toBe(1_000_000);
    const count = 1100;
    for (let name = 0; name < count; name++) names.took(name, startMs + name * hourMs);
    expect(table.size).toBe(1000);
    const newer = Array.from({length: count / 2}, (_, i) => count / 2 + i);
    const gone = newer.filter((name) => names.standing(name, startMs) === 'never');
    // The oldest of some that are picked goes: hardly ever one of the newer half.
    expect(gone.length).toBeLessThan(3);
  });
});
