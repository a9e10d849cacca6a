/**
 * Decides whether a sign disproves a block. That a rule stands does not mean that a packet meets it: the
 * mailer may be behind DNAT, in a container, at another port, or on another machine whose log is read here.
 * A client that begins a session although its block was in force has passed it. A session that began before
 * goes on for a while, whatever the rule does: what its client had sent is still read. So all depends on
 * when the session began.
 *
 * Pure: `sessions/live/effect-watch.ts` looks at processes, and has the firewall looked at before it
 * believes a disproof. Not decided here: what is wrong, and what becomes of it.
 */
import type {Block} from './block.js';
import {BoundedMap} from '../base/mechanisms/bounded-map.js';
import {type Address, addressBits, addressOf} from '../net/address.js';

/** What a client did, and what is known of its session. Times in ms since the epoch. */
export interface SessionSign {
  /** The host and the pid of the line. */
  readonly session: string;
  /** When it was done, as the log tells. */
  readonly atMs: number;
  /** When the session began, as the kernel or a line of its beginning tells; undefined: nobody does. */
  readonly beganMs: number | undefined;
  /** When the envelope began, as the id tells that the session's own process gave it; undefined: none. */
  readonly envelopeMs: number | undefined;
}

/** How long a session that began before a block may still speak as if it were new. */
export interface EffectMargins {
  /**
   * Of one that is known by its process, its connect line or its own queue id. Ms: until the rule stands and
   * the sessions before it are cut. Where none is cut, what they had sent before is read for long.
   */
  readonly knownMs: number;
  /** Of one that is known by its lines alone, which no mailer of today writes. Ms. */
  readonly linesMs: number;
}

/** A keeper puts a block in force within 1.5 s, or counts as failing; then sessions are cut. */
const cutMargins: EffectMargins = {knownMs: 3000, linesMs: 2000};
/**
 * Commands that were sent ahead, an answer of the DNS that is waited for, a connection that waits to be taken:
 * a mailer is done with these in a minute.
 */
const uncutMargins: EffectMargins = {knownMs: 60_000, linesMs: 2000};

export const effectMargins = (cutSessions: 'both' | 'sockets' | 'processes' | 'none') =>
  cutSessions === 'none' ? uncutMargins : cutMargins;

/** Sessions of which a line was heard. A count: an hour of a busy relay under attack; 3 MB. */
const mostSessions = 20_000;
/**
 * A pid that logged nothing for this long belongs to another process by now. Ms: sendmail waits for
 * no command longer.
 */
export const silentMs = 3_600_000;
/** The time in an id that is further away from its line was not made by the clock of the log. Ms. */
const credibleMs = 3_600_000;

interface HeardSession {
  readonly firstMs: number;
  readonly lastMs: number;
}

export class SessionsHeard {
  readonly #sessions = new BoundedMap<string, HeardSession>(mostSessions);

  /** Notes a sign of any client: a session that was seen before a block did not begin after it. */
  note({session, atMs}: Pick<SessionSign, 'session' | 'atMs'>): HeardSession {
    const before = this.#sessions.get(session);
    const isSame = before !== undefined && Math.abs(atMs - before.lastMs) < silentMs;
    const heard = isSame
      ? {firstMs: Math.min(before.firstMs, atMs), lastMs: Math.max(before.lastMs, atMs)}
      : {firstMs: atMs, lastMs: atMs};
    this.#sessions.set(session, heard);
    return heard;
  }
}

/**
 * @param sinceMs since when the block is in force without a break, by all that is known
 * @returns when the session began, if that was behind the block; undefined: it proves nothing
 */
export function disproofOf(
  {atMs, beganMs, envelopeMs}: SessionSign,
  {firstMs}: HeardSession,
  {sinceMs, untilMs}: {readonly sinceMs: number; readonly untilMs: number},
  {knownMs, linesMs}: EffectMargins,
): number | undefined {
  if (atMs >= untilMs) return undefined;
  const idMs =
    envelopeMs !== undefined && Math.abs(envelopeMs - firstMs) < credibleMs
      ? envelopeMs
      : undefined;
  // What a line tells of the past is true, whatever the process that has its pid now.
  const began = Math.min(beganMs ?? Number.POSITIVE_INFINITY, idMs ?? firstMs, firstMs);
  const isKnown = beganMs !== undefined || idMs !== undefined;
  return began >= sinceMs + (isKnown ? knownMs : linesMs) ? began : undefined;
}

/** Since when a block is in force. Ms since the epoch */
export const inForceSinceMs = (
  {madeMs, fromMs}: Pick<Block, 'madeMs' | 'fromMs'>,
  familySinceMs: number,
): number => Math.max(madeMs ?? fromMs, familySinceMs);

/** Of IPv6 only networks at whole digits are looked for: each takes a moment, and others are rare. Bits. */
const steps = {4: 1, 6: 4} as const;
const shortest = {4: 16, 6: 32} as const;

/** Its own block, or one of a network around it; the smallest first. */
export function* blocksAround(
  {family, value, text}: Address,
  get: (network: string) => Block | undefined,
): Generator<Block> {
  const own = get(text);
  if (own !== undefined) yield own;
  for (let p = addressBits[family] - steps[family]; p >= shortest[family]; p -= steps[family]) {
    const hostBits = BigInt(addressBits[family] - p);
    const first = addressOf(family, (value >> hostBits) << hostBits).text;
    const block = get(`${first}/${p}`);
    if (block !== undefined) yield block;
  }
}
