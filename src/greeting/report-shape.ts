/**
 * Checks whether a value that came through the control socket has the shape of a gate's report. Answers
 * yes or no for any value, in bounded time. Others decide whether the report is true, and what follows.
 */
import {type Is, isText, listOf, maybe, oneOf, shape, whole} from '../base/shape.js';
import {
  type GateFate,
  type GateReport,
  type GateVisit,
  type GateWaiter,
  mostVisits,
  mostWaiters,
} from './report.js';

/** A time. Ms since the epoch: until the year 9999, so that a wrong clock is no wrong shape. */
const isTime = whole(0, 253_402_300_799_999);

/** How long a client waited. Ms: a day is more than any wait. */
const isWait = whole(0, 86_400_000);

/** At most the highest number that Linux gives to a process (pid_max). */
const isPid = whole(1, 4_194_304);

/** Clients that wait, and processes that run. Counts: the highest values that the settings allow. */
const isCount = whole(0, 20_000);

/** Longest text of a client: an IPv6 address with a zone. Characters. */
const clientCharacters = 64;
export const longestSaid = 100;

const textOf =
  (most: number): Is<string> =>
  (value): value is string =>
    isText(value) && value.length <= most;

/** The gate writes printable ASCII only, so anything else is not from the gate. */
const isSaid: Is<string> = (value): value is string =>
  textOf(longestSaid)(value) && /^[\x20-\x7e]*$/.test(value);

/** Any text, even if it is no address: the reader skips that visit, and the rest of the report counts. */
const isClient = textOf(clientCharacters);

const atMost =
  <Value>(most: number, is: Is<readonly Value[]>): Is<readonly Value[]> =>
  (value): value is readonly Value[] =>
    Array.isArray(value) && value.length <= most && is(value);

const isVisit = shape<GateVisit>({
  fate: oneOf<GateFate>({handed: true, early: true, left: true, unwaited: true, refused: true}),
  client: isClient,
  atMs: isTime,
  waitedMs: isWait,
  pid: maybe(isPid),
  said: maybe(isSaid),
});

export const isGateReport = shape<GateReport>({
  state: oneOf<GateReport['state']>({takes: true, full: true, ends: true}),
  port: whole(1, 65_535),
  waiting: isCount,
  children: isCount,
  stress: oneOf<GateReport['stress']>({calm: true, stressed: true}),
  visits: atMost(mostVisits, listOf(isVisit)),
  waiters: atMost(mostWaiters, listOf(shape<GateWaiter>({client: isClient, sinceMs: isTime}))),
});
