/**
 * Decides whether the daemon hears the mailer: counters in, verdict out. The verdict is `deaf` only if
 * something shows that the mailer logs and the lines do not count: lines that plainly are the mailer's
 * but are not counted, a log in which no line can be read, a missing log, another log that has the
 * mailer's lines, or sessions without a line. A mailer that is silent, alone or among other programs, is
 * `quiet`, which is not a fault.
 *
 * Anybody who may write to the log can forge such lines, and so raise a false alarm. That is the safer
 * side: an alarm blocks nobody. One understood line ends it.
 */
import type {Heard} from './heard.js';
import type {Counted} from './tally.js';

/** From this many lines in a row on, it is no accident. A count: as many as one guesser causes. */
export const leastLines = 10;
/**
 * Lines under the mailer's name that do not look like its own. A count: it writes some when it starts.
 */
export const leastForeignLines = 50;
/** For a log that was readable once: this many other lines, all unreadable. A count. */
export const leastUnreadableLines = 100;
/**
 * How long a mailer that was once understood may be silent before other lines that look like a mailer's
 * count as its own: a second instance or host may be ignored on purpose. Ms: a day includes a busy hour.
 */
export const longestQuietMs = 24 * 3_600_000;
/** How long a log may be missing that never was there, or may not be read. Ms: a mount or a right comes late. */
export const longestMissingMs = 10_000;
/**
 * How long a log that was there may be gone. Ms: a rotation takes seconds, but some syslogs make the new file only with
 * the next line.
 */
export const longestRotationMs = 15 * 60_000;
/**
 * After this long without a line of the mailer, the daemon looks elsewhere. Ms: sendmail runs its queue
 * more often.
 */
export const longestSilenceMs = 5 * 60_000;
/** Sessions of the mailer without a single line. A count: a monitor that hangs up may leave no line. */
export const leastSessions = 5;

/** Which lines count. */
export interface Wanted {
  readonly names: readonly string[];
  /** Undefined: every host. */
  readonly host: string | undefined;
}

/** What the machine shows besides the lines. */
export interface Surroundings {
  /** Why the log cannot be read now, and since when; undefined: it can. */
  readonly trouble: Trouble | undefined;
  /** Whether the log ever existed. */
  readonly wasThere: 'yes' | 'no';
}

export interface Trouble {
  /** `gone`: there is no such file. `barred`: it cannot be read. */
  readonly kind: 'gone' | 'barred';
  readonly why: string;
  readonly sinceMs: number;
}

/** What concerns all sources together. */
export interface Machine {
  /** Another log with lines of the mailer that are newer than the last one here. */
  readonly elsewhere: Elsewhere | undefined;
  /** Sessions of the mailer seen since its last line about a client. A count. */
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
  /** Lines that plainly are the mailer's have other program names. */
  | {readonly why: 'names'; readonly lines: number; readonly programs: readonly Counted[]}
  | {readonly why: 'hosts'; readonly lines: number; readonly hosts: readonly Counted[]}
  | {
      readonly why: 'frames';
      readonly lines: number;
      readonly unreadable: number;
      readonly because: string;
      readonly example: string;
    }
  /** Lines under that name are not in sendmail's language. */
  | {
      readonly why: 'grammar';
      readonly lines: number;
      readonly programs: readonly Counted[];
      /** The first one that begins like sendmail's; empty: none does. */
      readonly example: string;
    }
  | {readonly why: 'writer'; readonly lines: number}
  | {readonly why: 'missing'; readonly because: string}
  | ({readonly why: 'elsewhere'; readonly silentSeconds: number} & Elsewhere)
  | {readonly why: 'sessions'; readonly silentSeconds: number; readonly sessions: number};

export type Hearing =
  | {readonly kind: 'hears'}
  /** No line of the mailer was understood yet, and nothing shows that one should have been. */
  | {readonly kind: 'quiet'}
  | ({readonly kind: 'deaf'} & Deafness);

/** For how long no line has come from the mailer, and none about a client. Ms. */
export interface Silence {
  readonly mailerMs: number;
  /** A submission of this machine writes lines too; they do not show that a mailer with clients is heard. */
  readonly clientMs: number;
}

/** The verdict on one source. @param nowMs by the monotonic clock, as all times here */
export function judgeSource(heard: Heard, around: Surroundings, nowMs: number): Hearing {
  const deafness = ofTrouble(around, nowMs) ?? ofLines(heard, nowMs);
  if (deafness !== undefined) return {kind: 'deaf', ...deafness};
  return {kind: heard.understood > 0 ? 'hears' : 'quiet'};
}

/**
 * The verdict on all sources together, if none by itself is deaf.
 */
export function judgeMachine(
  {elsewhere, sessions}: Machine,
  {mailerMs, clientMs}: Silence,
): Hearing {
  if (mailerMs >= longestSilenceMs && elsewhere !== undefined && elsewhere.lines > 0) {
    return {kind: 'deaf', why: 'elsewhere', silentSeconds: secondsOf(mailerMs), ...elsewhere};
  }
  return clientMs >= longestSilenceMs && sessions >= leastSessions
    ? {kind: 'deaf', why: 'sessions', silentSeconds: secondsOf(clientMs), sessions}
    : {kind: 'quiet'};
}

const secondsOf = (ms: number): number => Math.floor(ms / 1000);

function ofTrouble({trouble, wasThere}: Surroundings, nowMs: number): Deafness | undefined {
  if (trouble === undefined) return undefined;
  const isRotated = trouble.kind === 'gone' && wasThere === 'yes';
  const patienceMs = isRotated ? longestRotationMs : longestMissingMs;
  return nowMs - trouble.sinceMs < patienceMs ? undefined : {why: 'missing', because: trouble.why};
}

function ofLines(heard: Heard, nowMs: number): Deafness | undefined {
  const {row, all, understood, rowSinceMs, programs, hosts} = heard;
  const unreadable = unreadableIn(heard);
  if (unreadable > 0) {
    const {noFrameWhy: because, noFrameExample: example} = heard;
    return {why: 'frames', lines: row.lines, unreadable, because, example};
  }
  // Most of the mailer's lines do count; they only do not concern clients.
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

/** @returns how many lines of the row cannot be read but should be; 0: none that matter */
function unreadableIn({row, all}: Heard): number {
  if (row.mailerOwn === 0 && row.noFrameOwn >= leastLines) return row.noFrame;
  const isAll = row.noFrame === row.lines;
  const least = all.noFrame === all.lines ? leastLines : leastUnreadableLines;
  return isAll && row.noFrame >= least ? row.noFrame : 0;
}

/** A source is heard, but some lines are missed: worth a note, not an alarm. */
export type Missed =
  | {readonly kind: 'unreadable'; readonly lines: number}
  | {readonly kind: 'otherNames'; readonly lines: number}
  /** The mailer logs, but never about a client. */
  | {readonly kind: 'noClient'; readonly lines: number};

/** From this many lines without a client on, it is worth a note. A count. */
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
