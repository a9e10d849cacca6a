/** A packed table is a map of bytes; what it says has changed, laid on what was saved, is the table. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {type PackedLayout, PackedTable} from '../../../src/base/mechanisms/packed-table.js';
import type {Sheet} from '../../../src/base/mechanisms/sheet.js';

const keyOf = (number: number, keyBytes: number): Uint8Array => {
  const key = new Uint8Array(keyBytes);
  for (let i = 0; i < Math.min(4, keyBytes); i++) key[i] = (number >>> (8 * i)) & 255;
  return key;
};
const numberOf = (key: Uint8Array): number =>
  [...key.subarray(0, 4)].reduce((sum, byte, i) => sum + byte * 256 ** i, 0);

/** As a database keeps sheets. */
function save(table: PackedTable, saved: Map<number, Uint8Array>): void {
  for (const [number, bytes] of table.changes()) saved.set(number, bytes.slice());
  table.saved();
}

const inOrder = (saved: Map<number, Uint8Array>): Sheet[] => [...saved].sort(([a], [b]) => a - b);

const contents = (table: PackedTable): Map<number, string> =>
  new Map([...table.slots()].map((slot) => [numberOf(table.key(slot)), table.entry(slot).join()]));

const layouts: readonly PackedLayout[] = [
  {keyBytes: 1, entryBytes: 1},
  {keyBytes: 7, entryBytes: 5},
  {keyBytes: 16, entryBytes: 96},
  {keyBytes: 17, entryBytes: 480},
  {keyBytes: 32, entryBytes: 4096},
];

test('property: as a map, whatever is added, removed, written, saved and read again', () => {
  const act = fc.record({
    kind: fc.constantFrom('add', 'add', 'add', 'write', 'remove', 'save', 'reopen', 'sweep'),
    key: fc.nat(120),
    value: fc.nat(255),
  });
  const all = [fc.constantFrom(...layouts), fc.integer(), fc.array(act, {maxLength: 250})] as const;
  fc.assert(
    fc.property(...all, (layout, salt, acts) => {
      let table = new PackedTable(layout, [], 'saved', salt);
      let model = new Map<number, string>();
      let savedModel = new Map<number, string>();
      const saved = new Map<number, Uint8Array>();
      const entry = (value: number): string =>
        new Uint8Array(layout.entryBytes).fill(value, layout.entryBytes - 1).join();
      for (const {kind, key, value} of acts) {
        const slot = table.find(keyOf(key, layout.keyBytes));
        expect(slot !== undefined).toBe(model.has(key));
        if (kind === 'add') {
          const added = table.add(keyOf(key, layout.keyBytes));
          if (slot !== undefined) expect(added).toBe(slot);
          else model.set(key, entry(0));
        } else if (kind === 'write' && slot !== undefined) {
          table.setU8(slot, layout.entryBytes - 1, value);
          model.set(key, entry(value));
        } else if (kind === 'remove' && slot !== undefined) {
          table.remove(slot);
          model.delete(key);
        } else if (kind === 'save') {
          save(table, saved);
          savedModel = new Map(model);
        } else if (kind === 'reopen') {
          table = new PackedTable(layout, inOrder(saved), 'saved', salt + 1);
          model = new Map(savedModel);
          expect([...table.changes()]).toEqual([]);
        } else if (kind === 'sweep' && value < 60) {
          for (const each of table.slots()) {
            const number = numberOf(table.key(each));
            if (number % 3 !== 0) continue;
            table.remove(each);
            model.delete(number);
          }
        }
        expect(table.size).toBe(model.size);
      }
      expect(contents(table)).toEqual(model);
    }),
    {numRuns: 300},
  );
});

const layout: PackedLayout = {keyBytes: 16, entryBytes: 96};
const key = (number: number): Uint8Array => keyOf(number, 16);

test('many: it grows, all are found, also after every other is gone and others came', () => {
  const table = new PackedTable(layout);
  for (let i = 0; i < 40_000; i++) table.setU32(table.add(key(i)), 4, i);
  for (let i = 0; i < 40_000; i += 2) table.remove(table.find(key(i))!);
  for (let i = 40_000; i < 50_000; i++) table.setU32(table.add(key(i)), 4, i);
  expect(table.size).toBe(30_000);
  for (let i = 0; i < 50_000; i++) {
    const slot = table.find(key(i));
    const found = slot === undefined ? undefined : table.u32(slot, 4);
    if (found !== (i % 2 === 0 && i < 40_000 ? undefined : i)) throw new Error(`${i}: ${found}`);
  }
});

describe('fields', () => {
  test('keep what they are given, beside one another, and in a table that is read again', () => {
    const table = new PackedTable(layout);
    for (const number of [1, 2, 3]) {
      const slot = table.add(key(number));
      table.setU8(slot, 0, 200 + number);
      table.setU16(slot, 1, 60_000 + number);
      table.setU32(slot, 3, 4_000_000_000 + number);
      table.setF32(slot, 92, -number / 4);
    }
    const again = new PackedTable(layout, table.changes());
    for (const each of [table, again]) {
      for (const number of [1, 2, 3]) {
        const slot = each.find(key(number))!;
        expect([
          each.u8(slot, 0),
          each.u16(slot, 1),
          each.u32(slot, 3),
          each.f32(slot, 92),
        ]).toEqual([200 + number, 60_000 + number, 4_000_000_000 + number, -number / 4]);
      }
    }
  });

  test('of an entry that comes again are 0', () => {
    const table = new PackedTable(layout);
    const slot = table.add(key(1));
    table.entry(slot).fill(9);
    table.remove(slot);
    expect(table.add(key(1))).toBe(slot);
    expect(table.entry(slot).every((byte) => byte === 0)).toBe(true);
  });
});

describe('changes', () => {
  const changed = (table: PackedTable): number => [...table.changes()].length;

  test('each setter, touch, add and remove is one; asking again tells them again, until they are saved', () => {
    const table = new PackedTable(layout);
    const slot = table.add(key(1));
    const acts: (() => void)[] = [
      () => table.setU8(slot, 0, 1),
      () => table.setU16(slot, 0, 1),
      () => table.setU32(slot, 0, 1),
      () => table.setF32(slot, 0, 1),
      () => table.touch(slot),
      () => table.remove(slot),
      () => table.add(key(2)),
    ];
    for (const act of acts) {
      table.saved();
      expect(changed(table)).toBe(0);
      act();
      expect([changed(table), changed(table)]).toEqual([1, 1]);
    }
    table.saved();
    table.add(key(2));
    table.find(key(2));
    expect(changed(table)).toBe(0);
  });

  test('of a large table are few sheets where few entries changed', () => {
    const table = new PackedTable(layout);
    for (let i = 0; i < 10_000; i++) table.add(key(i));
    // 36 rows of 112 bytes in a page of 4096.
    expect(changed(table)).toBe(Math.ceil(10_000 / 36));
    for (const [, bytes] of table.changes()) expect(bytes.length).toBeLessThanOrEqual(4040);
    table.saved();
    for (const number of [5, 6, 9000]) table.setU8(table.find(key(number))!, 0, 1);
    expect(changed(table)).toBe(2);
  });

  test('of an unsaved table are none', () => {
    const table = new PackedTable(layout, [], 'unsaved');
    table.setU8(table.add(key(1)), 0, 1);
    expect(changed(table)).toBe(0);
  });
});

describe('a limit', () => {
  const filled = (most: number): PackedTable => {
    const table = new PackedTable(layout);
    table.limitTo(most, (slot) => table.u32(slot, 0));
    return table;
  };

  test('property: never more than so many, and the row that goes is the least worthy of those looked at', () => {
    const worths = fc.array(fc.nat(1000), {minLength: 1, maxLength: 200});
    fc.assert(
      fc.property(fc.integer({min: 1, max: 60}), fc.integer(), worths, (most, salt, all) => {
        const table = new PackedTable(layout, [], 'saved', salt);
        let looked: number[] = [];
        table.limitTo(most, (slot) => {
          looked.push(table.u32(slot, 0));
          return table.u32(slot, 0);
        });
        let left: number[] = [];
        all.forEach((worth, i) => {
          looked = [];
          table.setU32(table.add(key(i)), 0, worth);
          const now = [...table.slots()].map((slot) => table.u32(slot, 0));
          if (i < most) expect(looked).toEqual([]);
          else {
            const gone = [...left];
            for (const each of now) if (gone.includes(each)) gone.splice(gone.indexOf(each), 1);
            expect(looked.length).toBeGreaterThan(4);
            expect(gone.length === 0 ? worth : gone[0]).toBe(Math.min(...looked));
          }
          expect(table.size).toBe(Math.min(most, i + 1));
          expect(table.find(key(i))).toBeDefined();
          left = now;
        });
      }),
    );
  });

  test('a tenth of worth survives a flood of worthless ones', () => {
    const table = filled(1000);
    for (let i = 0; i < 100; i++) table.setU32(table.add(key(i)), 0, 1_000_000 + i);
    for (let i = 100; i < 20_000; i++) table.add(key(i));
    for (let i = 0; i < 100; i++) expect(table.find(key(i))).toBeDefined();
  });

  test('below what there is makes it so at once', () => {
    const table = new PackedTable(layout);
    for (let i = 0; i < 100; i++) table.add(key(i));
    table.limitTo(10, () => 0);
    expect(table.size).toBe(10);
  });

  test.each([0, -1, Number.NaN])('of %p is none', (most) => {
    expect(() => filled(most)).toThrow(RangeError);
  });
});

describe('a sweep', () => {
  test('sees each entry once in a turn, also of those that it removes', () => {
    const table = new PackedTable(layout);
    for (let i = 0; i < 1000; i++) table.add(key(i));
    for (let turn = 0; turn < 2; turn++) {
      const seen: number[] = [];
      for (let step = 0; step < Math.ceil(table.size / 100) + 1; step++) {
        const before = seen.length;
        table.sweep(100, (slot) => {
          seen.push(numberOf(table.key(slot)));
          if (numberOf(table.key(slot)) % 3 === 0) table.remove(slot);
        });
        expect(seen.length - before).toBeLessThanOrEqual(100);
      }
      expect(new Set(seen).size).toBe(seen.length);
    }
    expect(table.size).toBe(666);
    const seenOfNone: number[] = [];
    new PackedTable(layout).sweep(100, (slot) => seenOfNone.push(slot));
    expect(seenOfNone).toEqual([]);
  });
});

test('the edition is another one after each key that came or went, and no other', () => {
  const table = new PackedTable(layout);
  const changes = (act: () => void): boolean => {
    const before = table.edition;
    act();
    return table.edition !== before;
  };
  expect(changes(() => table.add(key(1)))).toBe(true);
  expect(changes(() => table.add(key(1)))).toBe(false);
  expect(changes(() => table.setU8(table.find(key(1))!, 0, 1))).toBe(false);
  expect(changes(() => table.remove(table.find(key(1))!))).toBe(true);
});

describe('a damaged table', () => {
  const oneSheet = (numbers: readonly number[]): Uint8Array => {
    const table = new PackedTable(layout);
    for (const number of numbers) table.add(key(number));
    const [sheet] = table.changes();
    return sheet![1].slice();
  };
  const keysIn = (table: PackedTable): number[] =>
    [...table.slots()].map((slot) => numberOf(table.key(slot)));

  test('a key of another length is an error where it would be added', () => {
    expect(() => new PackedTable(layout).add(new Uint8Array(17))).toThrow(RangeError);
  });

  test('an entry that is not there cannot be removed', () => {
    const table = new PackedTable(layout);
    const slot = table.add(key(1));
    table.remove(slot);
    expect(() => table.remove(slot)).toThrow(RangeError);
    expect(table.size).toBe(0);
  });

  test('sheets of another length, or out of order, are passed over', () => {
    const saved: Sheet[] = [
      [-1, oneSheet([1])],
      [0, oneSheet([2]).subarray(1)],
      [0, oneSheet([3])],
      [0, oneSheet([4])],
      [1.5, oneSheet([5])],
      [1, oneSheet([6])],
      [1e9, oneSheet([7])],
    ];
    const table = new PackedTable(layout, saved);
    expect(keysIn(table)).toEqual([3, 6]);
  });

  test('a key that stands twice counts once, and what lies in free rows is nothing', () => {
    const free = oneSheet([1]).fill(77, 8);
    free[0] = 0;
    const table = new PackedTable(layout, [
      [0, oneSheet([1, 2])],
      [1, oneSheet([3, 1])],
      [2, free],
    ]);
    expect(keysIn(table)).toEqual([1, 2, 3]);
    for (let i = 10; i < 300; i++) expect(table.u8(table.add(key(i)), 0)).toBe(0);
  });

  test('property: any bytes are some table, which works', () => {
    const bytes = fc.uint8Array({minLength: 4040, maxLength: 4040});
    fc.assert(
      fc.property(bytes, (sheet) => {
        const table = new PackedTable(layout, [[0, sheet]]);
        const keys = [...table.slots()].map((slot) => table.key(slot).slice());
        expect(new Set(keys.map(String)).size).toBe(table.size);
        for (const each of keys) table.remove(table.find(each)!);
        expect([table.size, [...table.slots()]]).toEqual([0, []]);
      }),
      {numRuns: 30},
    );
  });
});
