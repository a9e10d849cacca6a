/**
 * Counts the questions that this machine has sent to each registry, and decides when the next one may go. All
 * processes of the program share these counts, because a registry sees one address and refuses all of it. Keeps no
 * file and reads no clock.
 */
import {isNumber, isRecord, listOf, shape, whole} from '../../../base/shape.js';
import {gapOf, mostServers} from './pace.js';

/**
 * Questions to one registry in 24 hours. A count. RIPE refuses an address that got 1,000 sets of personal data in
 * 24 hours (its acceptable use policy), and an answer has up to five of them. At most 50 complaints go a day.
 */
export const mostQuestionsPerDay = 200;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Whole hours that hold the last 24. A count. */
const countedHours = 25;

interface Hour {
  /** Hours since the epoch (UTC). */
  readonly hour: number;
  /** Questions in that hour. A count. */
  readonly questions: number;
}

interface ServerCount {
  /** The registry may be asked from this time on. Ms since the epoch. */
  readonly freeMs: number;
  /** Oldest first. */
  readonly hours: readonly Hour[];
}

/** By server. */
export type QuestionCounts = ReadonlyMap<string, ServerCount>;

export type Turn =
  /** The place is taken, and the question must wait this long. Ms. */
  | {readonly kind: 'turn'; readonly waitMs: number}
  | {readonly kind: 'later'; readonly why: string; readonly waitMs: number};

interface Changed {
  readonly counts: QuestionCounts;
  readonly turn: Turn;
}

const isCounted = shape<ServerCount>({
  freeMs: isNumber,
  hours: listOf(
    shape<Hour>({hour: whole(0, Number.MAX_SAFE_INTEGER), questions: whole(0, 1_000_000)}),
  ),
});

/** @param json the text of the file; parts that we did not write are ignored */
export function countsIn(json: unknown): QuestionCounts {
  if (!isRecord(json)) return new Map();
  const rows = Object.entries(json).flatMap(([server, row]): [string, ServerCount][] =>
    isCounted(row) ? [[server, row]] : [],
  );
  return new Map(rows.slice(-mostServers));
}

export const jsonOf = (counts: QuestionCounts): object => Object.fromEntries(counts);

/** @param mostWaitMs a process that would have to wait longer takes no place */
export function takeTurn(
  counts: QuestionCounts,
  server: string,
  mostWaitMs: number,
  nowMs: number,
): Changed {
  const {freeMs, hours} = mended(counts.get(server), nowMs);
  const waitMs = Math.max(0, freeMs - nowMs);
  const startHour = Math.floor((nowMs + waitMs) / hourMs);
  const asked = hours.reduce((sum, {questions}) => sum + questions, 0);
  const [oldest] = hours;
  const late = (why: string, ms: number): Changed => ({
    counts: withRow(counts, server, {freeMs, hours}),
    turn: {kind: 'later', why, waitMs: ms},
  });
  if (asked >= mostQuestionsPerDay && oldest !== undefined) {
    const why = `${mostQuestionsPerDay} questions went to ${server} in 24 hours`;
    return late(why, Math.max(0, (oldest.hour + countedHours) * hourMs - nowMs));
  }
  if (waitMs > mostWaitMs) {
    return late(`the server may not be asked for ${Math.ceil(waitMs / 1000)} s`, waitMs);
  }
  const row = {freeMs: nowMs + waitMs + gapOf(server), hours: countedIn(hours, startHour)};
  return {counts: withRow(counts, server, row), turn: {kind: 'turn', waitMs}};
}

/** The server wants no question for so long. */
export function pauseServer(
  counts: QuestionCounts,
  server: string,
  pauseMs: number,
  nowMs: number,
): QuestionCounts {
  const {freeMs, hours} = mended(counts.get(server), nowMs);
  const untilMs = Math.max(freeMs, nowMs + Math.min(pauseMs, dayMs));
  return withRow(counts, server, {freeMs: untilMs, hours});
}

/** Drops hours older than a day. Hours that a clock noted while it was ahead count as the present hour. */
function mended(row: ServerCount | undefined, nowMs: number): ServerCount {
  if (row === undefined) return {freeMs: 0, hours: []};
  const thisHour = Math.floor(nowMs / hourMs);
  const hours = row.hours.filter(({hour}) => hour > thisHour - countedHours);
  const past = hours.filter(({hour}) => hour <= thisHour);
  const ahead = hours.reduce(
    (sum, {hour, questions}) => sum + (hour > thisHour ? questions : 0),
    0,
  );
  // No pause is longer than a day.
  const freeMs = row.freeMs - nowMs > dayMs ? nowMs : row.freeMs;
  return {freeMs, hours: ahead === 0 ? past : countedIn(past, thisHour, ahead)};
}

function countedIn(hours: readonly Hour[], hour: number, more = 1): Hour[] {
  const its = hours.find((each) => each.hour === hour)?.questions ?? 0;
  return [...hours.filter((each) => each.hour !== hour), {hour, questions: its + more}];
}

/** Enters the registry as the newest; the one asked longest ago is dropped. */
function withRow(counts: QuestionCounts, server: string, row: ServerCount): QuestionCounts {
  const others = [...counts].filter(([name]) => name !== server);
  return new Map([...others.slice(-(mostServers - 1)), [server, row]]);
}
