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
import {mayHaveWritten} from './attribute.js';

/**
 * How long a process stays frozen. Ms: the question takes up to 14, and the lines that the process wrote before come
 * within 5.
 */
export const freezeMs = 20;
/**
 * The same while a batch of lines is judged, in which no timer runs. Ms: a verdict at the end of the batch should find a
 * guesser's process still frozen.
 */
export const freezeInBatchMs = 50;
/**
 * A process that refuses another name this soon after it was thawed is in a hurry, and is frozen again. Ms. A client that
 * waits for each answer is slower; one that has sent a whole list at once is only delayed.
 */
export const hurryMs = 20;
/** How often a process is frozen in its life. A count. A guesser gets two answers or more in between, so six lead to a block. */
export const mostTimes = 6;
/** Processes that are frozen at the same time. A count: with more, the mailer itself would seem to halt. */
export const mostFrozen = 50;

export interface FreezeFacts {
  /** The process's title. */
  readonly title: string;
  /** As in proc(5): `R` runs, `S` waits, `T` is frozen already. */
  readonly state: string;
  /** Ms since the epoch. */
  readonly startedMs: number;
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

interface FreezeView {
  readonly dialect: Dialect;
  /** Whether a client is never blocked. */
  readonly isExempt: (client: Address) => boolean;
}

/**
 * Only a process that serves a client, by its title. The listener and deliveries have other titles. A process that somebody
 * else has frozen must stay so. A process that began after the envelope did not write the line. A client that is never
 * blocked is not delayed.
 *
 * @param envelopeMs when the envelope of the line began; ms since the epoch
 */
export function mayFreeze(
  {title, state, startedMs}: FreezeFacts,
  envelopeMs: number,
  {dialect: {processes}, isExempt}: FreezeView,
): boolean {
  if (processes.kind === 'shared' || !['R', 'S', 'D'].includes(state)) return false;
  if (!mayHaveWritten(startedMs, envelopeMs)) return false;
  const shown = processes.readTitle(title);
  const delivers = shown?.kind === 'command' && shown.doing === 'delivery';
  return shown !== undefined && !delivers && !isExempt(shown.client);
}

/** Whether it sleeps until its client says something. */
export const waitsForCommand = (
  {title, state}: Pick<FreezeFacts, 'title' | 'state'>,
  {processes}: Pick<Dialect, 'processes'>,
): boolean =>
  state === 'S' &&
  processes.kind === 'onePerClient' &&
  processes.readTitle(title)?.kind === 'commandRead';

/** @returns a line for the file of notes. It begins with a line end, because a full disk may have taken half of the last one */
export const frozenNote = ({pid, startTicks}: ProcessIdentity): string =>
  `\n${pid} ${startTicks}\n`;

/** The processes in the file of notes. Half a line names none. */
export function notedFrozen(text: string): ProcessIdentity[] {
  return [...text.matchAll(/^(\d{1,10}) (\d{1,15})\n/gm)].map(([, pid, startTicks]) => ({
    pid: Number(pid),
    startTicks: Number(startTicks),
  }));
}
