/**
 * Decides whether a sign disproves a block. An existing rule does not mean that packets meet it: the mailer
 * may be behind DNAT, in a container, at another port, or on another machine whose log is read here. A client
 * that begins a session while its block is in force has bypassed the block. A session that began earlier goes
 * on for a while whatever the rule does, because the mailer still reads what the client had sent. So
 * everything depends on when the session began.
 *
 * Pure: `sessions/live/effect-watch.ts` looks at processes, and has the firewall checked before it believes a
 * disproof. Others decide what is wrong, and what to do.
 */
import type {Block} from './block.js';
import {BoundedMap} from '../base/mechanisms/bounded-map.js';
import {type Address, addressBits, addressOf} from '../net/address.js';

/** What a client did, and what is known about its session. Times in ms since the epoch. */
export interface SessionSign {
  /** The host and the pid of the line. */
  readonly session: string;
  /** When the client did it, by the log. */
  readonly atMs: number;
  /** When the session began, by the kernel or by a line of its beginning; undefined: unknown. */
  readonly beganMs: number | undefined;
  /**
   * When the envelope began, by its queue id, if the session's own process assigned it; undefined: there is
   * none.
   */
  readonly envelopeMs: number | undefined;
}

/** How long after a block begins a session still counts as older than the block. */
export interface EffectMargins {
  /**
   * For a session known by its process, its connect line or its own queue id. Ms: time to enforce the rule
   * and to cut older sessions. If sessions are not cut, the mailer goes on reading what they had sent.
   */
  readonly knownMs: number;
  /** For a session known only by its lines, which no present mailer writes. Ms. */
  readonly linesMs: number;
}

/** A keeper enforces a block within 1.5 s, or counts as failing; then sessions are cut. */
const cutMargins: EffectMargins = {knownMs: 3000, linesMs: 2000};
/**
 * A mailer is done within a minute with commands that were sent ahead, an outstanding DNS answer, or a
 * connection that waits to be accepted.
 */
const uncutMargins: EffectMargins = {knownMs: 60_000, linesMs: 2000};

export const effectMargins = (cutSessions: 'both' | 'sockets' | 'processes' | 'none') =>
  cutSessions === 'none' ? uncutMargins : cutMargins;

/** Sessions whose lines were seen. A count: an hour of a busy relay under attack; 3 MB. */
const mostSessions = 20_000;
/**
 * A pid that logged nothing for this long belongs to another process by now. Ms: sendmail waits at most so
 * long for a command.
 */
export const silentMs = 3_600_000;
/** If the time in a queue id differs from its line by more than this, another clock made it. Ms. */
const credibleMs = 3_600_000;

interface HeardSession {
  readonly firstMs: number;
  readonly lastMs: number;
}

export class SessionsHeard {
  readonly #sessions = new BoundedMap<string, HeardSession>(mostSessions);

  /** Notes a sign of any client: a session seen before a block cannot have begun after it. */
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
 * @param sinceMs since when the block has been in force without a break, as far as we know
 * @returns when the session began, if that was after the block; undefined: this proves nothing
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
  // A line tells the truth about the past, whichever process has its pid now.
  const began = Math.min(beganMs ?? Number.POSITIVE_INFINITY, idMs ?? firstMs, firstMs);
  const isKnown = beganMs !== undefined || idMs !== undefined;
  return began >= sinceMs + (isKnown ? knownMs : linesMs) ? began : undefined;
}

/** Since when a block is in force. Ms since the epoch */
export const inForceSinceMs = (
  {madeMs, fromMs}: Pick<Block, 'madeMs' | 'fromMs'>,
  familySinceMs: number,
): number => Math.max(madeMs ?? fromMs, familySinceMs);

/**
 * For IPv6, only prefixes that are whole hex digits are looked up: each lookup takes time, and others are
 * rare. Bits.
 */
const steps = {4: 1, 6: 4} as const;
const shortest = {4: 16, 6: 32} as const;

/** The client's own block, and those of networks around it, the smallest network first. */
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
