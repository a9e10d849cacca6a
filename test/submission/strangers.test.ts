/** The bucket of strangers: a burst and a slow thief fill it, a usual life does not, and nobody is over it for long. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {hashOf} from '../../src/base/hash.js';
import {
  levelAt,
  peakWeeks,
  type Strangers,
  strangersLimit,
  strangersMended,
  withStrangers,
} from '../../src/submission/strangers.js';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const startMs = Date.UTC(2026, 10, 2);
const room = 80;

class Someone {
  strangers: Strangers | undefined;
  #last = 0;

  /** Writes to people never written to before. */
  meets(count: number, atMs: number, outcome: 'sent' | 'failed' = 'sent'): void {
    const people = Array.from({length: count}, () => hashOf(`p${++this.#last}@example.net`));
    this.strangers = withStrangers(
      this.strangers,
      {atMs, outcome, people, message: `m${this.#last}`},
      room,
    );
  }

  isOver(atMs: number): boolean {
    const {strangers} = this;
    if (strangers === undefined) return false;
    return levelAt(strangers, atMs, room) > strangersLimit(strangers, room);
  }

  /** @returns hours until it was over, undefined: never */
  sends(perHour: number, fromMs: number, hours: number): number | undefined {
    for (let hour = 0; hour < hours; hour++) {
      this.meets(perHour, fromMs + hour * hourMs);
      if (this.isOver(fromMs + hour * hourMs)) return hour + 1;
    }
    return undefined;
  }
}

/** Somebody who meets so many people a day, for six weeks. */
function known(perDay: number): Someone {
  const someone = new Someone();
  for (let hour = 0; hour < 42 * 24; hour += 4) {
    const before = Math.floor((hour * perDay) / 24);
    const count = Math.floor(((hour + 4) * perDay) / 24) - before;
    someone.meets(count, startMs + hour * hourMs);
    expect(someone.isOver(startMs + hour * hourMs)).toBe(false);
  }
  return someone;
}
const laterMs = startMs + 42 * dayMs;

describe('a thief', () => {
  test.each([
    [1000, 1],
    [50, 2],
    [20, 5],
    [5, 24],
  ])('with mail to %i strangers an hour is found within %i hours', (perHour, hours) => {
    expect(known(3).sends(perHour, laterMs, 48)).toBeLessThanOrEqual(hours);
  });

  test('in the account of a shop with 40 new customers a day needs not more than a day', () => {
    expect(known(40).sends(20, laterMs, 48)).toBeLessThanOrEqual(24);
  });

  test('with a list of dead addresses is found three times as soon', () => {
    const [alive, dead] = [known(1), known(1)];
    alive.meets(28, laterMs);
    dead.meets(28, laterMs, 'failed');
    expect([alive.isOver(laterMs), dead.isOver(laterMs)]).toEqual([false, true]);
  });

  test('that stays below the limit raises it by not more than half in a week', () => {
    const someone = known(2);
    let before = room;
    for (let week = 0; week < 8; week++) {
      for (let hour = 0; hour < 168; hour++) {
        const atMs = laterMs + (week * 168 + hour) * hourMs;
        const {strangers} = someone;
        const left = strangersLimit(strangers!, room) - levelAt(strangers!, atMs, room);
        someone.meets(Math.max(0, Math.floor(left) - 2), atMs);
      }
      const limit = strangersLimit(someone.strangers!, room);
      // The limit is that of the weeks that are over; rounding is half a stranger, twice.
      expect(limit).toBeLessThanOrEqual(1.5 * before + 2);
      before = limit;
    }
  });
});

const told = {outcome: 'sent', message: 'm'} as const;

test('people who are known fill nothing', () => {
  const people = Array.from({length: 500}, (_, i) => hashOf(`p${i}@example.net`));
  const once = withStrangers(undefined, {...told, atMs: startMs, people}, 1000);
  const atMs = laterMs;
  const again = withStrangers(once, {...told, atMs, message: 'other', people}, room);
  expect(again).toEqual({...once, message: {...again?.message, known: 500, fresh: 0, filled: 0}});
  expect(levelAt(again!, atMs, room)).toBe(0);
  expect(withStrangers(undefined, {...told, atMs, people: []}, room)).toBeUndefined();
});

test('the bucket is never fuller than five quarters, never below nothing, and empties in an hour to its limit', () => {
  const step = fc.record({
    afterMs: fc.integer({min: -hourMs, max: 3 * dayMs}),
    count: fc.nat({max: 300}),
    outcome: fc.constantFrom('sent' as const, 'failed' as const),
  });
  fc.assert(
    fc.property(fc.array(step, {maxLength: 40}), (steps) => {
      const someone = new Someone();
      let atMs = startMs;
      for (const {afterMs, count, outcome} of steps) {
        atMs += afterMs;
        someone.meets(count, atMs, outcome);
        const {strangers} = someone;
        if (strangers === undefined) continue;
        const level = levelAt(strangers, strangers.atMs, room);
        const limit = strangersLimit(strangers, room);
        expect(level).toBeGreaterThanOrEqual(0);
        expect(level).toBeLessThanOrEqual(1.25 * limit + 0.1);
        expect(levelAt(strangers, strangers.atMs + hourMs + 60_000, room)).toBeLessThanOrEqual(
          limit,
        );
        expect(strangers.peaks.length).toBeLessThanOrEqual(peakWeeks + 1);
        expect(JSON.stringify(strangers).length).toBeLessThan(950);
      }
    }),
  );
});

test('a letter takes back no more from a full bucket than its strangers put in', () => {
  const someone = new Someone();
  const friends = Array.from({length: 130}, (_, i) => hashOf(`friend${i}@example.net`));
  const line = (message: string, people: readonly number[], atMs: number): void => {
    const told = {atMs, outcome: 'sent', people, message} as const;
    someone.strangers = withStrangers(someone.strangers, told, room);
  };
  line('first', friends, startMs);
  // The peaks of that first week are forgotten by then.
  someone.meets(70, startMs + 50 * dayMs);
  const before = someone.strangers!.level;
  const strangers = Array.from({length: 150}, (_, i) => hashOf(`new${i}@example.net`));
  line('letter', strangers, startMs + 50 * dayMs);
  expect(someone.strangers!.level).toBe(100);
  line('letter', friends, startMs + 50 * dayMs);
  expect(someone.strangers!.level).toBeGreaterThanOrEqual(before);
});

test('notes from a clock that was ahead are forgotten, and the present counts', () => {
  const someone = new Someone();
  someone.meets(70, startMs + 365 * dayMs);
  someone.strangers = strangersMended(someone.strangers!, startMs);
  expect(levelAt(someone.strangers, startMs, room)).toBe(0);
  someone.meets(81, startMs + 1000);
  expect(someone.isOver(startMs + 1000)).toBe(true);
});

describe('the strangers of one message', () => {
  const names = (count: number, prefix: string): number[] =>
    Array.from({length: count}, (_, i) => hashOf(`${prefix}${i}@example.net`));
  const friends = names(50, 'friend');
  const before = withStrangers(undefined, {...told, atMs: startMs, people: friends}, 1000)!;
  const line = (strangers: Strangers, message: string, people: readonly number[], more = {}) =>
    withStrangers(strangers, {...told, atMs: laterMs, message, people, ...more}, room)!;

  test.each([
    ['nobody is known', 0, 60],
    ['a fifth is known', 15, 38],
    ['half are known', 50, 18],
  ])('count by the square of their share: %s', (_, known, level) => {
    const mixed = line(before, 'circle', [...friends.slice(0, known), ...names(60, 'new')]);
    // The filter takes a few new ones for known.
    expect(Math.abs(mixed.level - level)).toBeLessThan(3);
  });

  test('count as one message, however many lines it has', () => {
    const people = [...friends, ...names(60, 'new')];
    const whole = line(before, 'circle', people);
    fc.assert(
      fc.property(fc.shuffledSubarray(people, {minLength: people.length}), (shuffled) => {
        const each = shuffled.reduce((so, one) => line(so, 'circle', [one]), before);
        expect(Math.abs(each.level - whole.level)).toBeLessThan(3);
      }),
      {numRuns: 20},
    );
  });

  test('of single letters count whole, whatever friends the sender writes to meanwhile', () => {
    const level = names(60, 'new').reduce((so, one, at) => {
      const known = line(so, `to a friend ${at}`, [friends[at % 50]!]);
      return line(known, `to a stranger ${at}`, [one]);
    }, before).level;
    expect(level).toBeGreaterThan(57);
  });

  test('count three times where the address does not exist', () => {
    const dead = line(before, 'list', names(20, 'dead'), {outcome: 'failed'});
    expect(dead.level).toBeGreaterThan(56);
  });

  test('are counted as before where an earlier version has noted no message', () => {
    const {message, ...old} = before;
    expect(message?.fresh).toBeGreaterThan(48);
    expect(line(old, 'm', names(10, 'new')).level).toBeGreaterThan(9);
  });
});
