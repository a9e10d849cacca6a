/** What another threshold would have done follows from which scores were reached. */
import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import {Table} from '../../src/base/mechanisms/table.js';
import {
  dayMs,
  levels,
  levelSums,
  mostDays,
  type Rise,
  type ScoreDay,
  ScoreTally,
} from '../../src/tally/score-days.js';

const day = 20_000;
const atMs = day * dayMs + 1;

function sums(rises: readonly Rise[]) {
  const table = new Table<ScoreDay>();
  const tally = new ScoreTally(table);
  for (const rise of rises) tally.rise(rise, atMs, atMs);
  return new Map(levelSums(table.values(), atMs, atMs).map((each) => [each.threshold, each]));
}

const climb = (from: number, to: number, mail: Rise['mail'] = 'none'): Rise[] =>
  Array.from({length: to - from}, (_, at) => {
    return {from: from + at, to: from + at + 1, answers: 1, mail};
  });

test('a client that asks for so many names is blocked at each threshold up to there', () => {
  const all = sums([...climb(0, 5), ...climb(0, 3, 'had')]);
  expect(all.get(3)).toEqual({threshold: 3, blocks: 2, mailers: 1, answers: 6});
  expect(all.get(5)).toEqual({threshold: 5, blocks: 1, mailers: 0, answers: 8});
  expect(all.get(6)).toEqual({threshold: 6, blocks: 0, mailers: 0, answers: 8});
});

test('a client that begins near the threshold behind a block would have been blocked again at each lower one', () => {
  const all = sums([...climb(0, 5), ...climb(4, 5), ...climb(4, 5)]);
  expect([1, 3, 5, 6].map((level) => all.get(level)?.blocks)).toEqual([3, 3, 3, 0]);
});

test('whatever scores do: more answers and fewer blocks at a higher threshold, each client by itself', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(60), {maxLength: 10}), (clients) => {
      const all = sums(clients.flatMap((most) => climb(0, most)));
      for (const level of levels) {
        const {blocks, answers} = all.get(level)!;
        expect(blocks).toBe(clients.filter((most) => most >= level).length);
        expect(answers).toBe(clients.reduce((sum, most) => sum + Math.min(most, level), 0));
      }
    }),
  );
});

test('days have their bound; days too far back are not kept, days ahead are, for the clock may be behind', () => {
  expect(mostDays).toBe(92);
  const table = new Table<ScoreDay>();
  const tally = new ScoreTally(table);
  const rise = climb(0, 1)[0]!;
  for (let at = 0; at < mostDays + 20; at++) {
    tally.rise(rise, atMs + at * dayMs, atMs + at * dayMs);
  }
  expect(table.size).toBeLessThanOrEqual(mostDays);
  tally.rise(rise, atMs, atMs);
  expect(table.size).toBeLessThanOrEqual(mostDays);
  expect(table.get(String(day + mostDays + 19))).toBeDefined();
  expect(table.get(String(day))).toBeDefined();
});
