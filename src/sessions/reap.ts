/**
 * Decides which mailer processes are ended: SMTP children that wait in `cmd read`, by one of two rules.
 * Idle: the connection moved no byte in either direction for this long. Age: the process is this old,
 * however busy, as in the old program. A process is identified by executable, user and title together.
 * Any user may set a title, but only children that serve a client have this one (never the listener, a
 * queue runner or a delivery). Does not look at the machine (`sys/proc/mailers.ts`) and ends nothing
 * (`sessions/live/reaper.ts`).
 *
 * In a container with its own network, idle times cannot be read from here, and its owner can make the
 * sockets show any peers. There only the age rule applies, and it counts against no client.
 */
import {aboutText} from '../base/duration.js';
import type {ProcessIdentity} from '../base/process-identity.js';
import type {Evidence} from '../mail/evidence.js';
import type {Dialect} from '../mail/dialect.js';
import type {Address} from '../net/address.js';
import {
  type Attribution,
  isMailer,
  isServedAt,
  type Mailer,
  mayBeMailer,
  servedBy,
} from './attribute.js';
import type {MailerProcess} from './holder.js';

/** Seconds; 0 switches a rule off. */
export interface ReapLimits {
  readonly idleSeconds: number;
  readonly ageSeconds: number;
}

/** One mailer process, as it is now. */
export interface ChildObservation {
  readonly holder: MailerProcess;
  readonly ageSeconds: number;
  /** How long no data moved on the sockets of our network, by inode; unknown for some. Ms. */
  readonly idleMs: ReadonlyMap<string, number>;
}

/** A process that must be ended. */
export interface Stuck extends ProcessIdentity {
  readonly rule: 'idle' | 'age';
  /** From the title: for the line in our log. */
  readonly client: Address;
  /**
   * The client that it counts against; undefined if socket and title disagree, or if they are a
   * container's.
   */
  readonly named: Attribution | undefined;
  readonly ageSeconds: number;
  /** undefined: unknown. */
  readonly idleSeconds: number | undefined;
}

export function stuckChild(
  {holder, ageSeconds: age, idleMs}: ChildObservation,
  limits: ReapLimits,
  mailer: Mailer,
): Stuck | undefined {
  const {dialect} = mailer;
  if (dialect.processes.kind === 'shared') return undefined;
  if (holder.role === 'listens' || !mayBeMailer(holder.user) || !isMailer(holder, dialect)) {
    return undefined;
  }
  const title = dialect.processes.readTitle(holder.title);
  if (title?.kind !== 'commandRead') return undefined;
  const served = servedBy(holder, mailer);
  // A web server's user can run the mailer too, with a client of its own.
  if (holder.user.uid !== 0 && served === undefined) return undefined;
  const {pid, startTicks} = holder;
  const ageSeconds = Math.floor(age);
  const idleSeconds =
    served?.proof === 'kernel' ? idleOf(holder, idleMs, age, mailer.ports) : undefined;
  const named = holder.network === 'ours' ? served : undefined;
  const rule = ruleOver({idleSeconds, ageSeconds}, limits);
  return rule && {pid, startTicks, rule, client: title.client, named, ageSeconds, idleSeconds};
}

function ruleOver(
  {idleSeconds, ageSeconds}: Pick<Stuck, 'idleSeconds' | 'ageSeconds'>,
  limits: ReapLimits,
): Stuck['rule'] | undefined {
  const isOver = (seconds: number, limit: number): boolean => limit > 0 && seconds >= limit;
  if (idleSeconds !== undefined && isOver(idleSeconds, limits.idleSeconds)) return 'idle';
  return isOver(ageSeconds, limits.ageSeconds) ? 'age' : undefined;
}

/** @returns whole seconds; undefined unless it is known for each of its connections to the client */
function idleOf(
  {sockets}: MailerProcess,
  idleMs: ReadonlyMap<string, number>,
  ageSeconds: number,
  mailerPorts: readonly number[],
): number | undefined {
  const each = sockets
    .filter(({localPort}) => isServedAt(localPort, mailerPorts))
    .map(({inode}) => (idleMs.get(inode) ?? Number.NaN) / 1000);
  // The mailer makes a child for each connection, so no connection can be idle for longer than its
  // child lives.
  const seconds = Math.floor(Math.min(ageSeconds, ...each));
  return Number.isNaN(seconds) ? undefined : seconds;
}

/** Whether the process is still the one that got SIGTERM: pids are reused. */
export const isSame = (stuck: Stuck, now: MailerProcess | undefined, dialect: Dialect): boolean =>
  now !== undefined &&
  now.pid === stuck.pid &&
  now.startTicks === stuck.startTicks &&
  now.role !== 'listens' &&
  mayBeMailer(now.user) &&
  isMailer(now, dialect);

/** `sendmail process 4711 of 203.0.113.7 (idle 12m, 3h old, in cmd read)`. */
export function stuckText({pid, client, idleSeconds, ageSeconds}: Stuck): string {
  const idle = idleSeconds === undefined ? 'idle time not known' : `idle ${aboutText(idleSeconds)}`;
  return `sendmail process ${pid} of ${client.text} (${idle}, ${aboutText(ageSeconds)} old, in cmd read)`;
}

/** The evidence against its client: one session, however often it is found. */
export function stuckEvidence({pid, startTicks, named}: Stuck, atMs: number): Evidence | undefined {
  return named && {kind: 'stuckSession', subject: `${pid}@${startTicks}`, atMs, ...named};
}

/** Since when the session may have been stuck: if our block began later, the block is the cause. */
export const stuckSinceMs = ({idleSeconds, ageSeconds}: Stuck, nowMs: number): number =>
  nowMs - (idleSeconds ?? ageSeconds) * 1000;
