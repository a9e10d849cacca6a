/** The index of a packed table, with hashes that meet as they please. */
import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import {SlotIndex} from '../../../src/base/mechanisms/slot-index.js';

function slotsOf(index: SlotIndex, hash: number): number[] {
  const found: number[] = [];
  for (let place = index.next(hash, hash); place !== -1; place = index.next(hash, place + 1)) {
    found.push(index.slotAt(place));
  }
  return found.sort((a, b) => a - b);
}

/** Few hashes, and at the end of the index, so that runs of places meet and go round it. */
const hashes = fc.constantFrom(0, 1, 2, 1020, 1022, 1023, 1024, 2047, -1, -(2 ** 31), 2 ** 31 - 1);

test('property: it has the slots that were entered and not removed, whichever hashes meet', () => {
  const act = fc.record({hash: hashes, slot: fc.nat(40), kind: fc.constantFrom('enter', 'remove')});
  fc.assert(
    fc.property(fc.array(act, {maxLength: 150}), (acts) => {
      const index = new SlotIndex(0);
      const model = new Map<number, number>();
      for (const {hash, slot, kind} of acts) {
        const before = model.get(slot);
        if (kind === 'enter' && before === undefined) {
          index.enter(hash, slot);
          model.set(slot, hash);
        } else if (kind === 'remove' && before !== undefined) {
          index.remove(before, slot);
          model.delete(slot);
        }
        for (const each of [hash, before ?? 0, 1024, -1]) {
          const expected = [...model].filter(([, other]) => other === each).map(([one]) => one);
          expect(slotsOf(index, each)).toEqual(expected.sort((a, b) => a - b));
        }
      }
    }),
  );
});

test('it grows, and finds all again', () => {
  const index = new SlotIndex(0);
  for (let slot = 0; slot < 5000; slot++) index.enter(Math.imul(slot >> 1, 0x9e3779b1), slot);
  for (let slot = 0; slot < 5000; slot += 2) {
    expect(slotsOf(index, Math.imul(slot >> 1, 0x9e3779b1))).toEqual([slot, slot + 1]);
  }
});

test('a hash depends on each byte of its part, on nothing beside it, and on the salt', () => {
  const [index, salted] = [new SlotIndex(0), new SlotIndex(77)];
  const bytes = Uint8Array.from({length: 21}, (_, i) => i * 11);
  const hash = index.hash(bytes, 2, 19);
  expect(salted.hash(bytes, 2, 19)).not.toBe(hash);
  expect(hash).toBe(hash | 0);
  for (let i = 0; i < 21; i++) {
    const other = bytes.slice();
    other[i]! ^= 0x80;
    expect([i, index.hash(other, 2, 19) === hash]).toEqual([i, i < 2 || i >= 19]);
  }
});

test.each([
  ['the addresses of a network', (i: number) => [203, 0, i >> 8, i & 255]],
  ['networks of IPv6 in a row', (i: number) => [0x20, 1, 0xd, 0xb8, i & 255, i >> 8, 0, 0]],
  ['what differs in the highest bits only', (i: number) => [0, 0, 0, i & 255, 0, 0, 0, i >> 8]],
])('%s are spread over the places', (_, key) => {
  const index = new SlotIndex(0);
  const taken = new Set<number>();
  for (let i = 0; i < 4096; i++)
    taken.add(index.hash(Uint8Array.from(key(i)), 0, key(0).length) & 4095);
  // At random 63 % of the places are taken.
  expect(taken.size).toBeGreaterThan(4096 * 0.58);
});
