/**
 * Decides whether the daemon hears the mailer: counters in, verdict out. The verdict is `deaf` only
 * if something shows that the mailer logs and the lines do not count: lines that plainly are the
 * mailer's, a log in which no line can be read, a log that is missing, another log that has the
 * mailer's lines, sessions without a line. A mailer that is silent, alone or among other programs,
 * is `quiet`: that is no fault.
 *
 * Anybody who may write to the log can forge such lines, and so raise a false alarm. That is the
 * safer side: an alarm blocks nobody. One line that is understood ends it.
 */
import type {Heard} from './heard.js';
import type {Counted} from './tally.js';

/** From so many lines on a row of them is no accident. A count: as many as one guesser writes. */
export const leastLines = 10;
/** Lines of the mailer by name that do not look like its own. A count: it writes some at its start. */
export const leastForeignLines = 50;
/** A log in which something could be read once: so many others, all unreadable. A count. */
export const leastUnreadableLines = 100;
/**
 * A mailer that was understood, and then for so long not: only then others that look alike are held
 * to be it, for a second instance or host may be left out on purpose. Ms: a day has a busy hour.
 */
export const longestQuietMs = 24 * 3_600_000;
/** A log that is not there: by then rotation has made a new one. Ms. */
export const longestMissingMs = 10_000;
/**
 * After this long without a line of the mailer, the daemon looks elsewhere. Ms: queue runs of
 * sendmail are more frequent.
 */
export const longestSilenceMs = 5 * 60_000;
/** Sessions of the mailer without one line of it. A count: a monitor that hangs up may leave no line. */
export const leastSessions = 5;

/** Whose lines count. */
export interface Wanted {
  readonly names: readonly string[];
  /** Undefined: those of every host. */
  readonly host: string | undefined;
}

/** What the machine shows besides the lines. */
export interface Surroundings {
  /** Why the log cannot be read now, and since when; undefined: it can. */
  readonly trouble: {readonly why: string; readonly sinceMs: number} | undefined;
  /** Whether it was ever there. */
  readonly wasThere: 'yes' | 'no';
}

/** What is true of all sources together. */
export interface Machine {
  /** Another log that has lines of the mailer which are newer than the last one here. */
  readonly elsewhere: Elsewhere | undefined;
  /** Sessions of the mailer that were seen since its last line. A count. */
  readonly sessions: number;
}

export interface Elsewhere {
  /** A path, or the journal. */
  readonly name: string;
  /** Lines there that plainly are the mailer's. A count. */
  readonly lines: number;
}

/** Why the mailer is not heard. */
export type Deafness =
  /** The lines that plainly are the mailer's stand under other names. */
  | {readonly why: 'names'; readonly lines: number; readonly programs: readonly Counted[]}
  | {readonly why: 'hosts'; readonly lines: number; readonly hosts: readonly Counted[]}
  | {
      readonly why: 'frames';
      readonly lines: number;
      readonly unreadable: number;
      readonly because: string;
      readonly example: string;
    }
  /** The lines of that name read as no sendmail's. */
  | {
      readonly why: 'grammar';
      readonly lines: number;
      readonly programs: readonly Counted[];
      /** The first one that begins as sendmail's do; empty: none does. */
      readonly example: string;
    }
  | {readonly why: 'writer'; readonly lines: number}
  | {readonly why: 'missing'; readonly because: string}
  | ({readonly why: 'elsewhere'; readonly silentSeconds: number} & Elsewhere)
  | {readonly why: 'sessions'; readonly silentSeconds: number; readonly sessions: number};

export type Hearing =
  | {readonly kind: 'hears'}
  /** Nothing of the mailer is understood yet, and nothing shows that it should be. */
  | {readonly kind: 'quiet'}
  | ({readonly kind: 'deaf'} & Deafness);

/** Of one source. */
export function judgeSource(heard: Heard, around: Surroundings, nowMs: number): Hearing {
  const deafness = ofTrouble(around, nowMs) ?? ofLines(heard, nowMs);
  if (deafness !== undefined) return {kind: 'deaf', ...deafness};
  return {kind: heard.understood > 0 ? 'hears' : 'quiet'};
}

/**
 * Of all together, where no source by itself is deaf.
 *
 * @param silentSinceMs the last line of the mailer in any source, or the beginning
 */
export function judgeMachine(
  {elsewhere, sessions}: Machine,
  silentSinceMs: number,
  nowMs: number,
): Hearing {
  const silentMs = nowMs - silentSinceMs;
  if (silentMs < longestSilenceMs) return {kind: 'quiet'};
  const silentSeconds = Math.floor(silentMs / 1000);
  if (elsewhere !== undefined && elsewhere.lines > 0) {
    return {kind: 'deaf', why: 'elsewhere', silentSeconds, ...elsewhere};
  }
  return sessions >= leastSessions
    ? {kind: 'deaf', why: 'sessions', silentSeconds, sessions}
    : {kind: 'quiet'};
}

function ofTrouble({trouble, wasThere}: Surroundings, nowMs: number): Deafness | undefined {
  if (trouble === undefined) return undefined;
  const patienceMs = wasThere === 'yes' ? longestQuietMs : longestMissingMs;
  return nowMs - trouble.sinceMs < patienceMs ? undefined : {why: 'missing', because: trouble.why};
}

function ofLines(heard: Heard, nowMs: number): Deafness | undefined {
  const {row, all, understood, rowSinceMs, programs, hosts} = heard;
  const unreadable = unreadableIn(heard);
  if (unreadable > 0) {
    const {noFrameWhy: because, noFrameExample: example} = heard;
    return {why: 'frames', lines: row.lines, unreadable, because, example};
  }
  // Most of what the mailer says does count, though nothing of it is about a client.
  const most = Math.max(row.otherHost, row.otherWriter, row.otherProgramOwn, row.strange);
  if (row.mailerOwn >= Math.max(most, 1)) return undefined;
  // A mailer that was heard may be silent while other programs log.
  if (understood > 0 && nowMs - rowSinceMs < longestQuietMs) return undefined;
  const {lines} = row;
  if (row.otherHost >= leastLines) return {why: 'hosts', lines: row.otherHost, hosts};
  if (row.otherWriter >= leastLines) return {why: 'writer', lines: row.otherWriter};
  if (row.otherProgramOwn >= leastLines) return {why: 'names', lines, programs};
  const isForeign = all.mailerOwn === 0 && row.mailer >= leastForeignLines;
  if (isForeign || row.strange >= leastLines) {
    return {why: 'grammar', lines: row.mailer, programs, example: heard.strangeExample};
  }
  return undefined;
}

/** @returns how many lines of the row cannot be read and should be; 0: none that matter */
function unreadableIn({row, all}: Heard): number {
  if (row.mailerOwn === 0 && row.noFrameOwn >= leastLines) return row.noFrame;
  const isAll = row.noFrame === row.lines;
  const least = all.noFrame === all.lines ? leastLines : leastUnreadableLines;
  return isAll && row.noFrame >= least ? row.noFrame : 0;
}

/** What counts but leaves something out: worth a remark, and no alarm. */
export type Missed =
  | {readonly kind: 'unreadable'; readonly lines: number}
  | {readonly kind: 'otherNames'; readonly lines: number}
  /** The mailer speaks, and never about a client. */
  | {readonly kind: 'noClient'; readonly lines: number};

/** From so many lines on it is worth a word that none tells of a client. A count. */
const leastWithoutClient = 200;

export function missedBy({all, understood}: Heard): Missed[] {
  return [
    ...(all.noFrameOwn >= leastLines ? [{kind: 'unreadable', lines: all.noFrameOwn} as const] : []),
    ...(all.otherProgramOwn >= leastLines
      ? [{kind: 'otherNames', lines: all.otherProgramOwn} as const]
      : []),
    ...(understood === 0 && all.mailerOwn >= leastWithoutClient
      ? [{kind: 'noClient', lines: all.mailerOwn} as const]
      : []),
  ];
}
