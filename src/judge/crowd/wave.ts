/**
 * Notices a wave: strangers everywhere ask for unknown names. It is a harvest by many clients, each of which
 * asks for too few names to be convicted alone. Decides when a wave begins and ends, by a Poisson CUSUM
 * (Page 1954) over events of the whole relay. `judge/judge.ts` decides what an event is, and whose bar is
 * lower meanwhile; usually it is the first unknown name within an hour from a client that has hardly
 * delivered.
 *
 * The expected rate follows the relay's own calm days, so that a large relay is not always in a wave. It
 * follows slowly, and no further than the month's median: otherwise an attacker just below the alarm could
 * raise it within days.
 */
import type {Table} from '../../base/mechanisms/table.js';

interface CalmDay {
  /** Days since the epoch. */
  readonly day: number;
  /** Events per hour while there was no wave. */
  readonly mean: number;
}

/** Plain data: it is saved as it is. */
export interface WaveState {
  /** How strongly the evidence supports a wave. Nats, 0 to `mostNats`. */
  readonly nats: number;
  /** Up to when time has been counted. Ms since the epoch. */
  readonly heardMs: number;
  /** The latest wave; both 0 if there was none. Ms since the epoch. */
  readonly sinceMs: number;
  readonly untilMs: number;
  /** Days that were calm for an hour or more, the oldest first; at most `mostDays`. */
  readonly days: readonly CalmDay[];
  /** The day of `heardMs`: all of it, and its calm part. */
  readonly today: {
    readonly events: number;
    readonly ms: number;
    readonly calmEvents: number;
    readonly calmMs: number;
  };
}

type WaveView = {readonly kind: 'off'} | {readonly kind: 'on'; readonly sinceMs: number};

/** The least expected rate: a small relay sees fewer. Events per hour. */
export const leastRate = 4;

/** A wave has at least this many times the expected rate. */
export const waveFactor = 3;

/** How much one event supports a wave. Nats. */
const eventNats = Math.log(waveFactor);

/** From here on there is a wave. Nats: five events within minutes, or 1.8 times the expected rate. */
export const alarmNats = 5;

/** The limit, so that a storm is forgotten within the hour. Nats: four events above the alarm. */
const mostNats = 9.4;

/** How long a wave lasts after its last alarm, because blocked clients cause no more events. Ms. */
export const heldMs = 24 * 3_600_000;

/** Days whose median limits the expected rate. A count. */
export const mostDays = 30;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** A shorter calm says nothing about the rate. Ms. */
const leastCalmMs = hourMs;

/** How much of the first day, calm or not, is needed before it counts. Ms. */
const leastFirstMs = 6 * hourMs;

const onlyKey = 'wave';
const noTime = {events: 0, ms: 0, calmEvents: 0, calmMs: 0};

export class Wave {
  readonly #table: Table<WaveState>;
  /** The expected rate for the days asked about last. */
  #expected: {readonly days: readonly CalmDay[]; readonly rate: number} | undefined;

  constructor(table: Table<WaveState>) {
    this.#table = table;
  }

  /** Counts one event. */
  note(atMs: number): void {
    const before = this.#advance(atMs);
    const {heardMs, sinceMs, untilMs, days, today} = before;
    const isCalm = atMs >= untilMs;
    const nats = Math.min(mostNats, before.nats + eventNats);
    const isAlarm = nats >= alarmNats;
    // A late line from a past wave neither begins a new one nor shortens the present one.
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

  /** Works for past times too: one of several logs may be read late. */
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
    // A clock that was ahead has counted time that never passed.
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

  /** The state at this time. */
  #advance(atMs: number): WaveState {
    const before = this.#table.get(onlyKey) ?? {
      nats: 0,
      heardMs: atMs,
      sinceMs: 0,
      untilMs: 0,
      days: [],
      today: noTime,
    };
    // After so long without any line, the rate is unknown.
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

/** Time passes without an event; time that was already counted changes nothing. */
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

/** Events per hour that are not a wave: twice the mean of the last calm day, within limits. */
export function expectedRate({days}: Pick<WaveState, 'days'>): number {
  const last = days.at(-1)?.mean ?? 0;
  const sorted = days.map(({mean}) => mean).sort((a, b) => a - b);
  const median = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  return Math.max(leastRate, Math.min(2 * last, 4 * median));
}

function endDay(state: WaveState, day: number): WaveState {
  const {events, ms, calmEvents, calmMs} = state.today;
  const days = state.days.filter((each) => day - each.day <= mostDays);
  // Without a known calm day, this day shows what is usual: otherwise a large relay would start in a wave
  // that never ends.
  const isFirst = days.length === 0;
  const [count, spanMs] = isFirst ? [events, ms] : [calmEvents, calmMs];
  const leastMs = isFirst ? leastFirstMs : leastCalmMs;
  const measured = spanMs < leastMs ? [] : [{day, mean: (count * hourMs) / spanMs}];
  return {...state, days: [...days, ...measured].slice(-mostDays), today: noTime};
}

const dayOf = (ms: number): number => Math.floor(ms / dayMs);
