/**
 * Whether what came through the control socket is a report of the gate. Only looks; what follows from a
 * report is the daemon's.
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

/** The longest text of an address. Characters. */
const longestAddress = 45;
/** What an early talker said, as far as it is told. Characters. */
export const longestSaid = 100;
const most = Number.MAX_SAFE_INTEGER;

const textUpTo =
  (characters: number): Is<string> =>
  (value): value is string =>
    isText(value) && value.length <= characters;

const listUpTo =
  <Value>(count: number, is: Is<Value>): Is<readonly Value[]> =>
  (value): value is readonly Value[] =>
    Array.isArray(value) && value.length <= count && listOf(is)(value);

const isSaid: Is<string> = (value): value is string =>
  textUpTo(longestSaid)(value) && /^[\x20-\x7e]*$/.test(value);

const isVisit = shape<GateVisit>({
  fate: oneOf<GateFate>({handed: true, early: true, left: true, unwaited: true, refused: true}),
  client: textUpTo(longestAddress),
  atMs: whole(0, most),
  waitedMs: whole(0, most),
  pid: maybe(whole(1, 2 ** 31)),
  said: maybe(isSaid),
});

const isWaiter = shape<GateWaiter>({client: textUpTo(longestAddress), sinceMs: whole(0, most)});

export const isGateReport: Is<GateReport> = shape<GateReport>({
  state: oneOf<GateReport['state']>({takes: true, full: true}),
  port: whole(1, 65_535),
  waiting: whole(0, most),
  children: whole(0, most),
  stress: oneOf<GateReport['stress']>({calm: true, stressed: true}),
  visits: listUpTo(mostVisits, isVisit),
  waiters: listUpTo(mostWaiters, isWaiter),
});
