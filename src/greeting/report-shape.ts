/**
 * Checks whether what came through the control socket is a report of the gate. Total and bounded:
 * whatever it is, the answer is yes or no. Others decide whether it is true, and what follows.
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

/** A time. Ms since the epoch, of any clock that a machine can have: until the year 9999. */
const isTime = whole(0, 253_402_300_799_999);

/** How long a client waited. Ms: a day is more than any wait. */
const isWait = whole(0, 86_400_000);

/** The highest that Linux gives (pid_max). */
const isPid = whole(1, 4_194_304);

/** What the gate may let wait, and run. Counts: the most that the settings take. */
const isCount = whole(0, 20_000);

/** The longest address of IPv6 with a zone, and what a client said. Characters. */
const clientCharacters = 64;
export const longestSaid = 100;

const textOf =
  (most: number): Is<string> =>
  (value): value is string =>
    isText(value) && value.length <= most;

/** The gate writes printable ASCII: what is not is none of its reports. */
const isSaid: Is<string> = (value): value is string =>
  textOf(longestSaid)(value) && /^[\x20-\x7e]*$/.test(value);

/** One that nobody can read must not cost the rest of the report: the reader passes over it. */
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
  state: oneOf<GateReport['state']>({takes: true, full: true}),
  port: whole(1, 65_535),
  waiting: isCount,
  children: isCount,
  stress: oneOf<GateReport['stress']>({calm: true, stressed: true}),
  visits: atMost(mostVisits, listOf(isVisit)),
  waiters: atMost(mostWaiters, listOf(shape<GateWaiter>({client: isClient, sinceMs: isTime}))),
});
