import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {type CutLine, LineCutter} from '../../../src/sys/run/line-cutter.js';

const mostBytes = 8;

/** What a cutter has given, with places counted from the start of the stream. */
type Cut = readonly [kind: 'line', atBytes: number, text: string] | readonly ['tooLong', number];

const cutOf = (each: CutLine, chunkAt: number): Cut =>
  each.kind === 'line'
    ? ['line', chunkAt + each.atBytes, each.text]
    : ['tooLong', chunkAt + each.atBytes];

/** The stream as a whole: what stands behind the last newline counts when it is already too long. */
function expected(stream: Buffer): Cut[] {
  let atBytes = 0;
  return stream
    .toString('latin1')
    .split('\n')
    .flatMap((text, index, all): Cut[] => {
      const lineAt = atBytes;
      atBytes += text.length + 1;
      if (text.length > mostBytes) return [['tooLong', lineAt]];
      return index === all.length - 1 ? [] : [['line', lineAt, text]];
    });
}

/** Splits the stream at each of the places. */
function split(stream: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.filter((place) => place < stream.length), stream.length];
  const sorted = ends.sort((a, b) => a - b);
  return sorted.map((end, index) => stream.subarray(sorted[index - 1] ?? 0, end));
}

const byte = fc.oneof(
  {weight: 1, arbitrary: fc.constant(0x0a)},
  {weight: 4, arbitrary: fc.integer({min: 0, max: 255})},
);
const stream = fc.array(byte, {maxLength: 120}).map((bytes) => Buffer.from(bytes));
const places = fc.array(fc.nat(120), {maxLength: 20});

describe('LineCutter', () => {
  test('gives the same lines, and the same long ones, wherever the stream is split', () => {
    fc.assert(
      fc.property(stream, places, (whole, at) => {
        const cutter = new LineCutter(mostBytes, 'latin1');
        let chunkAt = 0;
        const given = split(whole, at).flatMap((chunk) => {
          const cut = cutter.take(chunk).map((each) => cutOf(each, chunkAt));
          chunkAt += chunk.length;
          return cut;
        });
        expect(given).toEqual(expected(whole));
        expect(cutter.isWithinLongLine).toBe(given.length > 0 && isOpen(whole));
      }),
      {numRuns: 2_000},
    );
  });

  test('a source that gives the rest again gets the same lines, and is never given back a long line', () => {
    fc.assert(
      fc.property(stream, fc.integer({min: 1, max: 30}), (whole, chunkBytes) => {
        const cutter = new LineCutter(mostBytes, 'latin1');
        const given: Cut[] = [];
        let at = 0;
        for (let readTo = 0; readTo < whole.length;) {
          readTo = Math.min(readTo + chunkBytes, whole.length);
          const chunk = whole.subarray(at, readTo);
          given.push(...cutter.take(chunk).map((each) => cutOf(each, at)));
          const rest = cutter.giveBack();
          expect(rest).toBeLessThanOrEqual(mostBytes);
          at = readTo - rest;
        }
        expect(given).toEqual(expected(whole));
      }),
      {numRuns: 2_000},
    );
  });

  test('a character that two chunks share is read as one', () => {
    const cutter = new LineCutter(mostBytes, 'utf8');
    const bytes = Buffer.from('Zoë\n');
    expect([...bytes].flatMap((each) => cutter.take(Buffer.from([each])))).toEqual([
      {kind: 'line', text: 'Zoë', atBytes: 1 - bytes.length},
    ]);
  });

  test('a long line is given as soon as it is known, once, and its end begins a new line', () => {
    const cutter = new LineCutter(mostBytes, 'latin1');
    expect(cutter.take(Buffer.from('12345'))).toEqual([]);
    expect(cutter.take(Buffer.from('6789'))).toEqual([{kind: 'tooLong', atBytes: -5}]);
    expect(cutter.take(Buffer.from('more'))).toEqual([]);
    expect(cutter.isWithinLongLine).toBe(true);
    expect(cutter.take(Buffer.from('end\nnew\n'))).toEqual([
      {kind: 'line', text: 'new', atBytes: 4},
    ]);
    expect(cutter.isWithinLongLine).toBe(false);
  });

  test('reset: neither half a line nor the inside of a long one is left', () => {
    for (const before of ['half', 'longer than it may be']) {
      const cutter = new LineCutter(mostBytes, 'latin1');
      cutter.take(Buffer.from(before));
      cutter.reset();
      expect(cutter.take(Buffer.from('new\n'))).toEqual([{kind: 'line', text: 'new', atBytes: 0}]);
    }
  });
});

/** Whether the stream ends within a line that is too long. */
function isOpen(whole: Buffer): boolean {
  return whole.length - (whole.lastIndexOf(0x0a) + 1) > mostBytes;
}
