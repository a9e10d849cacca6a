/** What is remembered of what was read: bounded, and enough to place a cut. */
import {expect, test} from '@jest/globals';
import {guardBytes, recentBytes, ReadGuard} from '../../../src/sys/follow/read-guard.js';

const lineOf = (number: number): string => `line ${String(number).padStart(90, '0')}\n`;
const content = Buffer.from(Array.from({length: 200_000}, (_, i) => lineOf(i)).join(''));
const chunkBytes = lineOf(0).length * 600;

/** All of it read in chunks of whole lines. */
function readThrough(end: number): ReadGuard {
  const trail = new ReadGuard();
  for (let from = 0; from < end; from += chunkBytes) {
    trail.add(
      content.subarray(from, Math.min(end, from + chunkBytes)),
      Math.min(end, from + chunkBytes),
    );
  }
  return trail;
}

const readerOf =
  (bytes: Buffer) =>
  (position: number, length: number): Buffer =>
    bytes.subarray(Math.max(0, position), Math.max(0, position + length));

test('the guard is the last bytes', () => {
  const end = chunkBytes * 3;
  expect(readThrough(end).guard).toEqual(content.subarray(end - guardBytes, end));
});

test('a cut within the lines that are remembered word for word is placed at its line', () => {
  const end = chunkBytes * 3;
  const cut = end - recentBytes + 1000;
  const lineBytes = lineOf(0).length;
  const kept = readThrough(end).keptTo(end, readerOf(content.subarray(0, cut)));
  expect(kept).toBe(cut - (cut % lineBytes));
});

test('a deeper cut is placed before it, by no more than a part of the bytes read', () => {
  const end = chunkBytes * 330;
  const trail = readThrough(end);
  for (const part of [0.1, 0.5, 0.9]) {
    const cut = Math.floor(end * part);
    const kept = trail.keptTo(end, readerOf(content.subarray(0, cut)));
    expect(kept).toBeLessThanOrEqual(cut);
    expect(kept).toBeGreaterThan(cut - end / 16);
  }
});

test('nothing is kept of a file that was filled anew', () => {
  const end = chunkBytes * 10;
  const other = Buffer.from(content.subarray(0, end).toString('latin1').replaceAll('00', 'xx'));
  expect(readThrough(end).keptTo(end, readerOf(other))).toBe(0);
});
