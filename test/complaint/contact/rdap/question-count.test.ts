/** No registry gets more questions in a day than it bears, whichever processes ask and however often they start. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {mostServers, usualGapMs} from '../../../../src/complaint/contact/rdap/pace.js';
import {
  countsIn,
  jsonOf,
  mostQuestionsPerDay,
  pauseServer,
  type QuestionCounts,
  takeTurn,
} from '../../../../src/complaint/contact/rdap/question-count.js';

const server = 'rdap.example.net';
const hourMs = 3_600_000;
const startMs = Date.UTC(2026, 11, 31, 20);
const none: QuestionCounts = new Map();

/** As the next process reads it. */
const read = (counts: QuestionCounts): QuestionCounts =>
  countsIn(JSON.parse(JSON.stringify(jsonOf(counts))));

/** Asks as fast as it may, in processes that live for one question, until it may not. */
function askAll(
  before: QuestionCounts,
  fromMs: number,
  untilMs: number,
): {counts: QuestionCounts; askedMs: number[]} {
  let counts = before;
  const askedMs: number[] = [];
  for (let nowMs = fromMs; nowMs < untilMs;) {
    const taken = takeTurn(counts, server, 60_000, nowMs);
    counts = read(taken.counts);
    if (taken.turn.kind === 'later') return {counts, askedMs};
    nowMs += taken.turn.waitMs;
    askedMs.push(nowMs);
  }
  return {counts, askedMs};
}

test('the limit of RIPE is not reached, and a restart begins no new day', () => {
  const {counts, askedMs} = askAll(none, startMs, startMs + 24 * hourMs);
  expect(askedMs).toHaveLength(mostQuestionsPerDay);
  expect(mostQuestionsPerDay * 5).toBeLessThanOrEqual(1000);
  const {turn} = takeTurn(counts, server, 60_000, startMs + 12 * hourMs);
  expect(turn).toMatchObject({kind: 'later', why: `200 questions went to ${server} in 24 hours`});
  expect(takeTurn(counts, 'other.example.net', 60_000, startMs + 12 * hourMs).turn.kind).toBe(
    'turn',
  );
  const waitMs = turn.kind === 'later' ? turn.waitMs : 0;
  expect(
    askAll(counts, startMs + 12 * hourMs + waitMs, startMs + 60 * hourMs).askedMs,
  ).toHaveLength(mostQuestionsPerDay);
});

test('in any 24 hours no more than so many, and none within the pause between two', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(3 * hourMs), {maxLength: 400}), (steps) => {
      let [counts, nowMs] = [none, startMs];
      const asked: number[] = [];
      for (const step of steps) {
        nowMs += step % 7 === 0 ? step : step % 500;
        const taken = takeTurn(counts, server, 5_000, nowMs);
        counts = read(taken.counts);
        if (taken.turn.kind === 'turn') asked.push(nowMs + taken.turn.waitMs);
      }
      asked.forEach((atMs, at) => {
        const previous = asked[at - 1] ?? Number.NEGATIVE_INFINITY;
        expect(atMs - previous).toBeGreaterThanOrEqual(usualGapMs);
        const dayBefore = asked[at - mostQuestionsPerDay] ?? Number.NEGATIVE_INFINITY;
        expect(atMs - dayBefore).toBeGreaterThan(24 * hourMs);
      });
    }),
  );
});

test('a pause that the server asked for outlives the process; a process that would wait too long takes no place', () => {
  const paused = read(pauseServer(none, server, 2 * hourMs, startMs));
  const refused = takeTurn(paused, server, 60_000, startMs + hourMs);
  expect(refused.turn).toMatchObject({kind: 'later', waitMs: hourMs});
  expect(takeTurn(refused.counts, server, 60_000, startMs + 2 * hourMs).turn).toEqual({
    ...{kind: 'turn', waitMs: 0},
  });
});

describe('a clock that is set', () => {
  test('back by a year: the questions count as of now, and no pause lasts for a year', () => {
    const {counts} = askAll(none, startMs, startMs + 24 * hourMs);
    const longAgo = startMs - 365 * 24 * hourMs;
    const {turn, counts: mended} = takeTurn(counts, server, 60_000, longAgo);
    expect(turn).toMatchObject({kind: 'later', why: expect.stringContaining('in 24 hours')});
    const later = takeTurn(read(mended), server, 60_000, longAgo + 26 * hourMs);
    expect(later.turn).toEqual({kind: 'turn', waitMs: 0});
  });

  test('forward by a day: they are over', () => {
    const {counts} = askAll(none, startMs, startMs + 24 * hourMs);
    expect(takeTurn(counts, server, 0, startMs + 26 * hourMs).turn.kind).toBe('turn');
  });
});

test.each([
  ...[undefined, null, [], 'x', {a: 1}, {a: {freeMs: 'x', hours: []}}],
  ...[{a: {freeMs: 1, hours: [{hour: -1, questions: 1}]}}],
])('a file that is none of ours counts for nothing: %j', (json) => {
  expect(countsIn(json).size).toBe(0);
});

test('a bound on the servers that are remembered: the one that nobody asked for longest goes', () => {
  let counts = none;
  for (let i = 0; i <= mostServers; i++) {
    ({counts} = takeTurn(counts, `s${i}.example.net`, 0, startMs));
  }
  expect(counts.size).toBe(mostServers);
  expect(counts.has('s0.example.net')).toBe(false);
});
