/** Writers whose clock or zone is not ours, and lines that only come late: each as it would be read. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {type SeenStamp, StampOffset, steadyMs} from '../../../src/log/clock/stamp-offset.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const startMs = Date.UTC(2026, 10, 21, 12);

interface Written {
  /** When, by our clock. */
  readonly atMs: number;
  readonly readMs: number;
  /** How far the stamp is behind. */
  readonly behindMs: number;
  readonly zone?: SeenStamp['zone'];
  /** How old the envelope is; undefined: there is no id. */
  readonly envelopeMs?: number | undefined;
  readonly read?: SeenStamp['read'];
}

const second = (ms: number): number => Math.floor(ms / 1000) * 1000;

/** How much later than it was written each line is taken. Ms; stamps are of whole seconds. */
function errors(lines: readonly Written[]): number[] {
  const offset = new StampOffset();
  return lines.map(({atMs, readMs, behindMs, zone, envelopeMs, read = 'live'}) => {
    const beganMs = envelopeMs === undefined ? undefined : second(atMs - envelopeMs);
    const stampMs = second(atMs) - behindMs;
    return offset.take({stampMs, zone, beganMs, read}, readMs) - second(atMs);
  });
}

/** Zones are quarters of an hour; both clocks may be in any. */
const zoneMs = fc
  .integer({min: -26 * 4, max: 26 * 4})
  .filter((quarters) => quarters !== 0)
  .map((quarters) => quarters * 15 * minuteMs);
const gapMs = fc.oneof(fc.nat(5000), fc.nat(10 * minuteMs), fc.nat(3 * hourMs));
const delayMs = fc.nat(2500);
const fresh = fc.constantFrom<number | undefined>(undefined, 0, 3000, 4 * minuteMs);
const anyEnvelope = fc.oneof(fresh, fc.nat(5 * 24 * hourMs));

/** Lines that are read as they are written. */
const live = (behind: fc.Arbitrary<number>, envelope: fc.Arbitrary<number | undefined>) =>
  fc
    .tuple(behind, fc.array(fc.tuple(gapMs, delayMs, envelope), {minLength: 1, maxLength: 40}))
    .map(([behindMs, steps]) => {
      let atMs = startMs;
      return steps.map(([gap, delay, envelopeMs]): Written => {
        atMs += gap;
        return {atMs, readMs: atMs + delay, behindMs, envelopeMs};
      });
    });

describe('a log in another zone', () => {
  test('each line is taken when it was written, from the first on, whatever its id is', () => {
    fc.assert(
      fc.property(live(zoneMs, anyEnvelope), (lines) => {
        // An envelope that is just as old as the zones are apart agrees with the stamp by chance.
        const chance = ({envelopeMs = 0, behindMs}: Written): boolean =>
          Math.abs(envelopeMs - behindMs) < 6 * minuteMs;
        fc.pre(!lines.some(chance));
        expect(errors(lines).map((ms) => Math.abs(ms))).toEqual(lines.map(() => 0));
      }),
      {numRuns: 2000},
    );
  });

  test('the only line of all', () => {
    for (const hours of [-14, -5.5, -1, 0.25, 0.75, 1, 3.5, 5.75, 12]) {
      for (const envelopeMs of [undefined, 0, hourMs * 20]) {
        const line = {atMs: startMs, readMs: startMs + 900, behindMs: hours * hourMs, envelopeMs};
        expect(errors([line])).toEqual([0]);
      }
    }
  });

  test('a burst in which a guesser has asked for many names', () => {
    const lines = Array.from({length: 13}, (): Written => {
      return {atMs: startMs, readMs: startMs + 400, behindMs: hourMs, envelopeMs: 0};
    });
    expect(errors(lines)).toEqual(lines.map(() => 0));
  });

  test('the clock is set by an hour there, or here', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(hourMs, -hourMs),
        live(zoneMs, fresh),
        live(fc.constant(0), fc.constantFrom(0, 2000)),
        (changeMs, before, after) => {
          const behindMs = before[0]!.behindMs + changeMs;
          const last = before.at(-1)!.readMs - startMs;
          const later = after.map((line): Written => {
            const [atMs, readMs] = [line.atMs + last, line.readMs + last];
            return {...line, atMs, readMs, behindMs};
          });
          expect(errors([...before, ...later]).map(Math.abs)).toEqual(
            [...before, ...later].map(() => 0),
          );
        },
      ),
    );
  });

  test('lines that were written while the daemon was down are known by their ids', () => {
    const line = (minutes: number, read: SeenStamp['read']): Written => {
      const atMs = startMs + minutes * minuteMs;
      return {atMs, readMs: startMs + 5 * hourMs, behindMs: 5.5 * hourMs, envelopeMs: 1000, read};
    };
    const backlog = [0, 20, 200].map((minutes) => line(minutes, 'backlog'));
    expect(errors([...backlog, line(300, 'live')])).toEqual([0, 0, 0, 0]);
  });
});

describe('lines that come late are taken as they are written', () => {
  /** A queue that was filled for a while, and is emptied many times as fast. */
  const spool = (envelope: fc.Arbitrary<number | undefined>) =>
    fc
      .tuple(
        fc.integer({min: 10, max: 20 * 60}),
        fc.array(fc.tuple(fc.double({min: 0, max: 0.95, noNaN: true}), envelope), {
          minLength: 2,
          maxLength: 60,
        }),
        fc.integer({min: 5, max: 5000}),
      )
      .map(([minutes, places, speed]) => {
        const outageMs = minutes * minuteMs;
        return places
          .sort(([a], [b]) => a - b)
          .map(([place, envelopeMs]): Written => {
            const atMs = startMs + Math.floor(place * outageMs);
            const readMs = startMs + outageMs + Math.floor((atMs - startMs) / speed);
            return {atMs, readMs, behindMs: 0, envelopeMs};
          });
      });

  test('of a queue after an outage, where the ids are of the same time', () => {
    fc.assert(
      fc.property(spool(fc.nat(4 * minuteMs)), (lines) => {
        expect(errors(lines)).toEqual(lines.map(() => 0));
      }),
      {numRuns: 1000},
    );
  });

  test('without ids too, but for the very first when it looks like a zone to the second', () => {
    fc.assert(
      fc.property(spool(fc.constant(undefined)), (lines) => {
        const first = lines[0]!;
        errors(lines).forEach((error, index) => {
          const {atMs, readMs} = lines[index]!;
          const differsMs = readMs - atMs - (first.readMs - first.atMs);
          if (Math.abs(differsMs) > 20_000) expect(error).toBe(0);
        });
      }),
      {numRuns: 1000},
    );
  });

  test('and live lines behind it are as new as they say', () => {
    fc.assert(
      fc.property(spool(fresh), live(fc.constant(0), anyEnvelope), (late, after) => {
        const endMs = Math.max(...late.map(({readMs}) => readMs)) - startMs;
        const later = after.map((line) => {
          return {...line, atMs: line.atMs + endMs, readMs: line.readMs + endMs};
        });
        expect(errors([...late, ...later]).slice(late.length)).toEqual(later.map(() => 0));
      }),
      {numRuns: 500},
    );
  });

  test('of a host in another zone, by its ids', () => {
    const lines = Array.from({length: 60}, (_, minute): Written => {
      const atMs = startMs + minute * minuteMs;
      return {
        atMs,
        readMs: startMs + 2.12 * hourMs + minute,
        behindMs: 3 * hourMs,
        envelopeMs: 500,
      };
    });
    expect(errors(lines)).toEqual(lines.map(() => 0));
  });

  test('of an old log that a program appends, as fast as a disk is', () => {
    const lines = Array.from({length: 500}, (_, i): Written => {
      return {atMs: startMs + i * 47_123, readMs: startMs + 40 * 24 * hourMs + i, behindMs: 0};
    });
    expect(errors(lines)).toEqual(lines.map(() => 0));
  });
});

describe('a clock that is wrong', () => {
  const wrongMs = fc.integer({min: 6 * 60, max: 400 * 24 * 3600}).map((seconds) => seconds * 1000);

  test('is found once the distance has stayed for minutes, also of stamps with a zone', () => {
    fc.assert(
      fc.property(wrongMs, fc.constantFrom(0, undefined), (behindMs, own) => {
        // Its mailer's ids are of the same clock.
        const envelopeMs = own === undefined ? undefined : behindMs;
        const lines = [0, 1, 3 * minuteMs, hourMs, 2 * hourMs].map((ms): Written => {
          const atMs = startMs + ms;
          return {atMs, readMs: atMs + 700, behindMs, zone: 'named', envelopeMs};
        });
        expect(
          errors(lines)
            .slice(2)
            .every((ms) => Math.abs(ms) <= minuteMs),
        ).toBe(true);
        expect(errors(lines).slice(0, 2)).toEqual([-behindMs, -behindMs]);
      }),
    );
  });

  test('keeps the time between two lines', () => {
    const offset = new StampOffset();
    const taken = [0, 10, steadyMs / 1000, 200, 205, 290].map((seconds) => {
      const atMs = startMs + seconds * 1000;
      const stampMs = atMs - 100 * minuteMs;
      return offset.take(
        {stampMs, zone: 'named', beganMs: undefined, read: 'live'},
        atMs + seconds * 10,
      );
    });
    expect(taken.slice(3).map((ms) => ms - taken[2]!)).toEqual([80_000, 85_000, 170_000]);
  });

  test('is as nothing below five minutes, and late lines of so much are as they say', () => {
    const lines = [0, 100, 299].map((seconds): Written => {
      return {atMs: startMs, readMs: startMs + seconds * 1000, behindMs: 0};
    });
    expect(errors(lines)).toEqual([0, 0, 0]);
  });
});
