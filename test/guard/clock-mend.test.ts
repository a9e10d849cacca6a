/** Blocks keep their length, whatever becomes of the clock. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import type {Block} from '../../src/blocks/block.js';
import {followClock, mendFuture} from '../../src/guard/clock-mend.js';
import {emptyState, type State} from '../../src/guard/state.js';
import {learningUntilMs, note} from '../../src/judge/learning.js';
import {field} from '../../src/judge/memory/client-record.js';
import {parseAddress} from '../../src/net/address.js';
import {addressBytes} from '../../src/net/address-bytes.js';

const hourMs = 3_600_000;
const yearMs = 365 * 24 * hourMs;
const now = Date.UTC(2026, 0, 1);

function stateWith(...blocks: Partial<Block>[]): State {
  const state = emptyState();
  for (const [i, more] of blocks.entries()) {
    const network = `192.0.2.${i + 1}`;
    const times = {fromMs: now, untilMs: now + hourMs};
    state.blocks.set(network, {network, ...times, reason: 'x', origin: 'operator', ...more});
  }
  return state;
}
const timesOf = (state: State): (readonly [number, number])[] =>
  [...state.blocks.values()].map(({fromMs, untilMs}) => [fromMs, untilMs] as const);

describe('a clock that is set while the daemon runs', () => {
  test('leaves each block the time that it had left', () => {
    const ms = fc.integer({min: -30 * yearMs, max: 30 * yearMs});
    const past = fc.integer({min: 0, max: yearMs});
    fc.assert(
      fc.property(fc.array(ms, {maxLength: 5}), past, past, (steps, sinceMs, leftMs) => {
        const state = stateWith({fromMs: now - sinceMs, untilMs: now + leftMs});
        let nowMs = now;
        for (const stepMs of steps) {
          nowMs += stepMs;
          followClock(state, stepMs, nowMs);
          mendFuture(state, nowMs);
          expect(timesOf(state)).toEqual([[nowMs - sinceMs, nowMs + leftMs]]);
        }
      }),
    );
  });

  test('moves when a block was made along, so that the way back from a trial finds it', () => {
    const state = stateWith({madeMs: now - 1000});
    followClock(state, -hourMs, now - hourMs);
    expect(state.blocks.get('192.0.2.1')).toMatchObject({madeMs: now - 1000 - hourMs});
  });

  test('leaves the notes that an earlier run made in the future', () => {
    const state = stateWith({fromMs: now, untilMs: now + hourMs});
    const bootMs = now - 26 * yearMs;
    followClock(state, 26 * yearMs + hourMs / 2, bootMs + 26 * yearMs + hourMs / 2);
    expect(timesOf(state)).toEqual([[now, now + hourMs]]);
  });
});

describe('a machine whose clock begins in the past', () => {
  const bootMs = now - 26 * yearMs;

  test('has the block for its length from its start on, and when the clock is set, until its own end', () => {
    const state = stateWith({untilMs: now + hourMs});
    mendFuture(state, bootMs);
    expect(timesOf(state)).toEqual([[bootMs, bootMs + hourMs]]);
    // Ten minutes after the start, which was half an hour after the block.
    const setMs = now + 40 * 60_000;
    followClock(state, setMs - (bootMs + 600_000), setMs);
    expect(timesOf(state)[0]?.[1]).toBe(now + hourMs);
    expect(state.blocks.get('192.0.2.1')?.noted).toBeUndefined();
  });

  test('has it end at once where it is over by then', () => {
    const state = stateWith({untilMs: now + hourMs});
    mendFuture(state, bootMs);
    const setMs = now + yearMs;
    followClock(state, setMs - (bootMs + 600_000), setMs);
    expect(timesOf(state)[0]?.[1]).toBe(now + hourMs);
  });

  test('never has it last longer than from its start', () => {
    const ms = fc.integer({min: 0, max: 2 * hourMs});
    fc.assert(
      fc.property(ms, ms, (upMs, offMs) => {
        const state = stateWith({untilMs: now + hourMs});
        mendFuture(state, bootMs);
        const setMs = now + offMs;
        followClock(state, setMs - (bootMs + upMs), setMs);
        const [[, untilMs] = [0, 0]] = timesOf(state);
        expect(untilMs).toBeLessThanOrEqual(Math.min(now + hourMs, setMs - upMs + hourMs));
      }),
    );
  });
});

test('the first day lasts a day, and begins no second time', () => {
  const state = stateWith();
  note(state.learning, {kind: 'firstDay', sinceMs: now - hourMs});
  followClock(state, 26 * yearMs, now + 26 * yearMs);
  expect(learningUntilMs(state.learning, now + 26 * yearMs)).toBe(now + 26 * yearMs + 23 * hourMs);
  followClock(state, -yearMs, now + 25 * yearMs);
  expect(learningUntilMs(state.learning, now + 25 * yearMs)).toBe(now + 25 * yearMs + 23 * hourMs);
});

test('a client whose block was over is not blocked anew by a clock that is set back', () => {
  const state = emptyState();
  const slots = [-60, 60].map((seconds, i) => {
    const slot = state.clients.add(addressBytes(parseAddress(`192.0.2.${i}`)!));
    state.clients.setU32(slot, field.blockedUntilSec, now / 1000 + seconds);
    return slot;
  });
  const backSec = 7200;
  followClock(state, -backSec * 1000, now - backSec * 1000);
  const left = slots.map((slot) => state.clients.u32(slot, field.blockedUntilSec) - now / 1000);
  expect(left.map((seconds) => seconds + backSec)).toEqual([-60, 60]);
});
