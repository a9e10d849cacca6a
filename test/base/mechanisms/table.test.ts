import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {emptyState} from '../../../src/guard/state.js';
import {Table} from '../../../src/base/mechanisms/table.js';

const keysOf = (table: Table<number>): string[] => [...table.entries()].map(([key]) => key);

describe('Table: order', () => {
  test('set makes a key the newest, also one that was there', () => {
    const table = new Table<number>([
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ]);
    table.set('a', 4);
    table.set('d', 5);
    expect(keysOf(table)).toEqual(['b', 'c', 'a', 'd']);
    expect(table.oldestKey()).toBe('b');
    expect([...table.values()]).toEqual([2, 3, 4, 5]);
  });

  test('the oldest key is the first of all, whatever was set and deleted between two questions', () => {
    const action = fc.tuple(fc.constantFrom('set', 'delete', 'deleteOldest'), fc.nat(6));
    fc.assert(
      fc.property(fc.array(action, {maxLength: 60}), (actions) => {
        const table = new Table<number>([['0', 0]]);
        for (const [what, key] of actions) {
          if (what === 'set') table.set(String(key), key);
          else table.delete(what === 'delete' ? String(key) : (table.oldestKey() ?? ''));
          expect(table.oldestKey()).toBe(keysOf(table)[0]);
        }
      }),
    );
  });

  test('an empty table has no oldest key', () => {
    expect(new Table().oldestKey()).toBeUndefined();
  });
});

describe('Table: changes', () => {
  test('the rows that a table is made from are no change', () => {
    const table = new Table([['a', 1]]);
    expect(table.changes().put.size + table.changes().deleted.size > 0).toBe(false);
    expect(table.changes()).toEqual({put: new Map(), deleted: new Set()});
  });

  test('only the last value of a key is put', () => {
    const table = new Table<number>();
    table.set('a', 1);
    table.set('a', 2);
    expect(table.changes().put).toEqual(new Map([['a', 2]]));
  });

  test('deleting a missing key changes nothing', () => {
    const table = new Table<number>();
    table.delete('a');
    expect(table.changes().put.size + table.changes().deleted.size > 0).toBe(false);
  });

  test.each([
    ['set, then delete', ['set', 'delete'], 'deleted'],
    ['delete, then set', ['delete', 'set'], 'put'],
  ] as const)('%s of a saved key is %s', (_, actions, expected) => {
    const table = new Table([['a', 1]]);
    for (const action of actions) {
      if (action === 'set') table.set('a', 2);
      else table.delete('a');
    }
    const {put, deleted} = table.changes();
    expect({put: put.has('a'), deleted: deleted.has('a')}).toEqual({
      put: expected === 'put',
      deleted: expected === 'deleted',
    });
  });

  test('falsy values are values', () => {
    const table = new Table<number | string | null>([['a', 1]]);
    table.set('a', 0);
    table.set('b', '');
    table.set('c', null);
    expect(table.changes().put).toEqual(
      new Map<string, unknown>([
        ['a', 0],
        ['b', ''],
        ['c', null],
      ]),
    );
  });

  test('saved clears them; values stay', () => {
    const table = new Table<number>();
    table.set('a', 1);
    table.saved();
    expect([
      table.changes().put.size + table.changes().deleted.size > 0,
      table.get('a'),
      table.size,
    ]).toEqual([false, 1, 1]);
  });
});

describe('Table: properties', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd');
  const action = fc.oneof(
    fc.record({kind: fc.constant('set' as const), key, value: fc.nat(9)}),
    fc.record({kind: fc.constant('delete' as const), key}),
    fc.record({kind: fc.constant('save' as const)}),
  );

  test('after any actions the changes, written to the disk at each save, make it the table', () => {
    fc.assert(
      fc.property(fc.array(action), (actions) => {
        const disk = new Map<string, number>([['a', 0]]);
        const table = new Table(disk);
        const model = new Map(disk);
        const save = (): void => {
          const {put, deleted} = table.changes();
          for (const [each, value] of put) disk.set(each, value);
          for (const each of deleted) disk.delete(each);
          table.saved();
        };
        for (const each of actions) {
          if (each.kind === 'save') save();
          else if (each.kind === 'delete') {
            model.delete(each.key);
            table.delete(each.key);
          } else {
            model.delete(each.key);
            model.set(each.key, each.value);
            table.set(each.key, each.value);
          }
        }
        expect([...table.entries()]).toEqual([...model]);
        expect(table.size).toBe(model.size);
        save();
        expect(disk).toEqual(model);
      }),
      {numRuns: 1000},
    );
  });

  test('with a bound: the oldest goes, and set hands it back', () => {
    const change = fc.oneof(
      fc.record({kind: fc.constant('set' as const), key, value: fc.nat(9)}),
      fc.record({kind: fc.constant('replace' as const), key, value: fc.nat(9)}),
      fc.record({kind: fc.constant('delete' as const), key}),
      fc.record({kind: fc.constant('takeOldest' as const)}),
    );
    fc.assert(
      fc.property(fc.integer({min: 1, max: 3}), fc.array(change), (most, changes) => {
        const table = new Table<number>();
        table.limitTo(most);
        let model: [string, number][] = [];
        const without = (key: string): [string, number][] => model.filter(([its]) => its !== key);
        for (const each of changes) {
          if (each.kind === 'takeOldest') {
            expect(table.takeOldest()).toEqual(model.shift());
          } else if (each.kind === 'delete') {
            table.delete(each.key);
            model = without(each.key);
          } else if (each.kind === 'replace') {
            // It pushes nothing out: that is left to a caller that holds more than the table knows
            // of.
            if (table.get(each.key) === undefined) continue;
            table.replace(each.key, each.value);
            model = model.map(([its, value]) => [its, its === each.key ? each.value : value]);
          } else {
            model = [...without(each.key), [each.key, each.value]];
            const pushedOut = model.length > most ? model.shift() : undefined;
            expect(table.set(each.key, each.value)).toEqual(pushedOut);
          }
          expect([...table.entries()]).toEqual(model);
          expect(table.size).toBeLessThanOrEqual(most);
        }
      }),
      {numRuns: 1000},
    );
  });

  test('a row that was pushed out is deleted from the disk; one that was never there is not', () => {
    const table = new Table([['a', 1]]);
    table.limitTo(1);
    expect(table.set('b', 2)).toEqual(['a', 1]);
    expect(table.changes()).toEqual({put: new Map([['b', 2]]), deleted: new Set(['a'])});
  });

  test('a bound of nothing is none', () => {
    for (const most of [0, Number.NaN]) expect(() => new Table().limitTo(most)).toThrow(RangeError);
  });

  test('a table does not share the rows that it was made from', () => {
    const saved = new Map([['a', 1]]);
    new Table(saved).set('a', 2);
    expect(saved).toEqual(new Map([['a', 1]]));
  });
});

describe('emptyState', () => {
  test('has nothing, and shares nothing with another', () => {
    const [one, other] = [emptyState(), emptyState()];
    one.history.push({atMs: 0, network: '192.0.2.7', event: 'blocked', reason: ''});
    one.positions.set('log', []);
    expect(other.history).toEqual([]);
    expect(
      [other.blocks, other.clients, other.envelopes, other.positions].map((t) => t.size),
    ).toEqual([0, 0, 0, 0]);
  });
});
