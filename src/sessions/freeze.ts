/**
 * Decides which mailer process is frozen (SIGSTOP) for a moment while the kernel is asked which client it serves, and
 * what is noted about it. A guesser gets three answers in a millisecond, and the question takes ten. Frozen, the
 * process answers nothing meanwhile, and how much it has written belongs to lines that are read soon. Sends no
 * signal (`live/freezer.ts`).
 *
 * A frozen process must go on even if the daemon is killed. So it is noted first, and the next start thaws (SIGCONT) what
 * is noted.
 */
import type {ProcessIdentity} from '../base/process-identity.js';
import type {Dialect} from '../mail/dialect.js';
import type {Address} from '../net/address.js';

/**
 * How long a process stays frozen. Ms: the question takes up to 14, and the lines that the process wrote before come
 * within 5. An honest client waits that long in a session with an unknown name.
 */
export const freezeMs = 20;
/**
 * A process that refuses another name this soon after it was thawed is in a hurry, and is frozen again. Ms: an honest client
 * waits for each answer, or has sent its whole list at once; such a list is longer for that.
 */
export const hurryMs = 20;
/** How often a process is frozen in its life. A count: 120 ms in all. A guesser in a hurry asks for two names or more in between. */
export const mostTimes = 6;
/** Processes that are frozen at the same time. A count: with more, the mailer itself would seem to halt. */
export const mostFrozen = 50;

export interface FreezeFacts {
  /** The process's title. */
  readonly title: string;
  /** As in proc(5): `R` runs, `S` waits, `T` is frozen already. */
  readonly state: string;
}

/** A process that was frozen before. */
export interface FrozenBefore {
  readonly startTicks: number;
  /** A count. */
  readonly times: number;
  /** By the monotonic clock; undefined: it is frozen now. Ms. */
  readonly thawedMs: number | undefined;
}

/** @param nowMs by the monotonic clock; the process refuses another name. Ms */
export const mayFreezeAgain = ({times, thawedMs}: FrozenBefore, nowMs: number): boolean =>
  thawedMs !== undefined && nowMs - thawedMs < hurryMs && times < mostTimes;

/**
 * Only a process that serves a client. The listener has another title, and a process that somebody else has frozen must
 * stay so. A client that is never blocked does not wait either.
 */
export function mayFreeze(
  {title, state}: FreezeFacts,
  {processes}: Dialect,
  isExempt: (client: Address) => boolean,
): boolean {
  if (processes.kind === 'shared' || !['R', 'S', 'D'].includes(state)) return false;
  const shown = processes.readTitle(title);
  return shown !== undefined && !isExempt(shown.client);
}

/** @returns a line for the file of notes */
export const frozenNote = ({pid, startTicks}: ProcessIdentity): string => `${pid} ${startTicks}\n`;

/** The processes in the file of notes. Half a line, from a disk that was full, names none. */
export function notedFrozen(text: string): ProcessIdentity[] {
  return [...text.matchAll(/^(\d{1,10}) (\d{1,15})\n/gm)].map(([, pid, startTicks]) => ({
    pid: Number(pid),
    startTicks: Number(startTicks),
  }));
}
