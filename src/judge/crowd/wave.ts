/**
 * Whether strangers ask for unknown names from everywhere: a harvest by many clients, of which each asks
 * for too few names to be convicted alone. Decides when such a wave begins and ends, by a Poisson CUSUM
 * (Page 1954) over events of the whole relay. What an event is, and whose bar is lower meanwhile, is for
 * `judge/judge.ts`: as a rule the first unknown name within an hour from a client that has hardly delivered.
 *
 * The rate it expects follows the relay's own calm days, so that a large relay is not in a wave for ever.
 * It follows slowly, and no further than the month: an attacker just below the alarm makes it deaf in days
 * otherwise.
 */
import type {Table} from '../../base/mechanisms/table.js';

interface CalmDay {
  /** Days since the epoch. */
  readonly day: number;
  /** Events an hour while no wave was on. */
  readonly mean: number;
}

/** Plain data: it is saved as it is. */
export interface WaveState {
  /** How much speaks for a wave. Nats, 0 to `mostNats`. */
  readonly nats: number;
  /** Until when time has been counted. Ms since the epoch. */
  readonly heardMs: number;
  /** The last wave; both 0 where none was. Ms since the epoch. */
  readonly sinceMs: number;
  readonly untilMs: number;
  /** Days that were calm for an hour or more, oldest first; at most `mostDays`. */
  readonly days: readonly CalmDay[];
  /** Of the day of `heardMs`: all of it, and what was calm. */
  readonly today: {
    readonly events: number;
    readonly ms: number;
    readonly calmEvents: number;
    readonly calmMs: number;
  };
}

type WaveView = {readonly kind: 'off'} | {readonly kind: 'on'; readonly sinceMs: number};

/** The least rate that is expected: a small relay sees fewer. Events an hour. */
export const leastRate = 4;

/** A wave has so many times the expected rate or more. */
export const waveFactor = 3;

/** What one event speaks for a wave. Nats. */
const eventNats = Math.log(waveFactor);

/** A wave begins, or goes on. Nats: five events within minutes, or 1.8 times the expected rate. */
export const alarmNats = 5;

/** What was heard in a storm is to be forgotten within the hour. Nats: four events above the alarm. */
const mostNats = 9.4;

/** A wave lasts so long after its last alarm: blocked clients feed it no more. Ms. */
export const heldMs = 24 * 3_600_000;

/** The days whose median bounds what is expected. A count. */
export const mostDays = 30;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** A shorter calm tells nothing of the rate. Ms. */
const leastCalmMs = hourMs;

/** And of the first day, calm or not, so much is needed. Ms. */
const leastFirstMs = 6 * hourMs;

const onlyKey = 'wave';
const noTime = {events: 0, ms: 0, calmEvents: 0, calmMs: 0};

export class Wave {
  readonly #table: Table<WaveState>;
  /** What is expected after the days that were asked about last. */
  #expected: {readonly days: readonly CalmDay[]; readonly rate: number} | undefined;

  constructor(table: Table<WaveState>) {
    this.#table = table;
  }

  /** An event. */
  note(atMs: number): void {
    const before = this.#advance(atMs);
    const {heardMs, sinceMs, untilMs, days, today} = before;
    const isCalm = atMs >= untilMs;
    const nats = Math.min(mostNats, before.nats + eventNats);
    const isAlarm = nats >= alarmNats;
    // A late line of a past wave neither begins a new one nor makes the present one shorter.
    const alarmSinceMs = isCalm ? atMs : Math.min(sinceMs, atMs);
    this.#table.replace(onlyKey, {
      nats,
      heardMs,
      sinceMs: isAlarm ? alarmSinceMs : sinceMs,
      untilMs: isAlarm ? Math.max(untilMs, atMs + heldMs) : untilMs,
      days,
      today: {
        events: today.events + 1,
        ms: today.ms,
        calmEvents: today.calmEvents + (isCalm ? 1 : 0),
        calmMs: today.calmMs,
      },
    });
  }

  /** Of a time that is long past as well: of several logs one may be read late. */
  isOn(atMs: number): boolean {
    const state = this.#table.get(onlyKey);
    return state !== undefined && atMs >= state.sinceMs && atMs < state.untilMs;
  }

  view(nowMs: number): WaveView {
    const sinceMs = this.#table.get(onlyKey)?.sinceMs ?? 0;
    return this.isOn(nowMs) ? {kind: 'on', sinceMs} : {kind: 'off'};
  }

  /** Days without any event count too. */
  sweep(nowMs: number): void {
    const before = this.#table.get(onlyKey);
    if (before === undefined) return;
    // A clock that was ahead has counted time that never was.
    const isAhead = before.heardMs > nowMs + hourMs || before.untilMs > nowMs + heldMs + hourMs;
    if (isAhead) {
      const sinceMs = Math.min(before.sinceMs, nowMs);
      const untilMs = Math.min(before.untilMs, nowMs + heldMs);
      const {days} = before;
      this.#table.set(onlyKey, {nats: 0, heardMs: nowMs, sinceMs, untilMs, days, today: noTime});
    } else if (dayOf(nowMs) > dayOf(before.heardMs)) {
      this.#table.set(onlyKey, this.#advance(nowMs));
    }
  }

  /** The state as it is at this time. */
  #advance(atMs: number): WaveState {
    const before = this.#table.get(onlyKey) ?? {
      nats: 0,
      heardMs: atMs,
      sinceMs: 0,
      untilMs: 0,
      days: [],
      today: noTime,
    };
    // Nobody listened for so long that it says nothing of the rate.
    if (atMs - before.heardMs > 2 * dayMs) {
      return {...before, nats: 0, heardMs: atMs, today: noTime};
    }
    let state = before;
    for (;;) {
      const midnightMs = (dayOf(state.heardMs) + 1) * dayMs;
      if (atMs < midnightMs) return passed(state, atMs, this.#rate(state));
      state = endDay(passed(state, midnightMs, this.#rate(state)), midnightMs / dayMs - 1);
    }
  }

  #rate(state: WaveState): number {
    const {days} = state;
    if (this.#expected?.days !== days) this.#expected = {days, rate: expectedRate(state)};
    return this.#expected.rate;
  }
}

/** Time goes by without an event; time that was counted already changes nothing. */
function passed(state: WaveState, toMs: number, expected: number): WaveState {
  const spanMs = toMs - state.heardMs;
  if (spanMs <= 0) return state;
  const calmMs = Math.min(spanMs, Math.max(0, toMs - state.untilMs));
  const speaksAgainst = ((waveFactor - 1) * expected * spanMs) / hourMs;
  const {sinceMs, untilMs, days, today} = state;
  const {events, ms, calmEvents} = today;
  return {
    nats: Math.max(0, state.nats - speaksAgainst),
    heardMs: toMs,
    sinceMs,
    untilMs,
    days,
    today: {events, ms: ms + spanMs, calmEvents, calmMs: today.calmMs + calmMs},
  };
}

/** Events an hour that are no wave: twice those of the last calm day, within bounds. */
export function expectedRate({days}: Pick<WaveState, 'days'>): number {
  const last = days.at(-1)?.mean ?? 0;
  const sorted = days.map(({mean}) => mean).sort((a, b) => a - b);
  const median = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  return Math.max(leastRate, Math.min(2 * last, 4 * median));
}

function endDay(state: WaveState, day: number): WaveState {
  const {events, ms, calmEvents, calmMs} = state.today;
  const days = state.days.filter((each) => day - each.day <= mostDays);
  // Where no calm day is known, this one shows what is usual here: else a large relay would begin with
  // a wave that never ends.
  const isFirst = days.length === 0;
  const [count, spanMs] = isFirst ? [events, ms] : [calmEvents, calmMs];
  const leastMs = isFirst ? leastFirstMs : leastCalmMs;
  const measured = spanMs < leastMs ? [] : [{day, mean: (count * hourMs) / spanMs}];
  return {...state, days: [...days, ...measured].slice(-mostDays), today: noTime};
}

const dayOf = (ms: number): number => Math.floor(ms / dayMs);
