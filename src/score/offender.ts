/**
 * What is remembered about one client, and how one more piece of evidence changes it: a leaky
 * bucket of *distinct* unknown recipients. Distinct, because a mailer that tries one dead address
 * again and again is broken, not guessing; leaking, because everybody mistypes now and then.
 * Does not decide about a block (`judge.ts`). Time is log time, so a replayed log scores the same.
 */
import type {Evidence, Proof} from './evidence.js';
import type {Policy} from './policy.js';

/** Plain data: it is saved as it is. */
export interface Offender {
  /** Distinct unknown recipients, less those forgiven. */
  readonly score: number;
  /** The time the score is true for. Ms since the epoch. */
  readonly scoredMs: number;
  /** Hashes of the recipients already counted, oldest first. */
  readonly counted: readonly number[];
  /** When the score last began at nothing. Ms since the epoch. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** Blocks so far, within the repeat memory. */
  readonly blocks: number;
  /** End of the latest block; 0 when there was none. Ms since the epoch. */
  readonly blockedUntilMs: number;
  /** How the latest evidence was tied to the client. */
  readonly proof: Proof;
}

/** Offenders remembered at once. A count; beyond it the one silent for longest is forgotten. */
export const mostOffenders = 100_000;

/** Recipients remembered for one offender, so that they count once. A count: the highest threshold. */
export const mostCountedRecipients = 1_000;

export function addEvidence(
  before: Offender | undefined,
  evidence: Evidence,
  policy: Policy,
): Offender {
  const hash = hashOf(evidence.recipient.toLowerCase());
  const nothing = {counted: [], blocks: 0, blockedUntilMs: 0, score: 0, scoredMs: 0};
  const {counted, blocks, blockedUntilMs, ...old} = before ?? {...nothing, firstMs: 0, lastMs: 0};
  const atMs = Math.max(evidence.atMs, old.scoredMs);
  const leaked = leakedScore(old, policy, atMs);
  // With the score at nothing the client begins anew; the old recipients would count again.
  const kept = leaked === 0 ? [] : counted;
  const isNew = !kept.includes(hash);
  return {
    score: leaked + (isNew ? 1 : 0),
    scoredMs: atMs,
    counted: isNew ? [...kept, hash].slice(-mostCountedRecipients) : kept,
    firstMs: leaked === 0 ? atMs : old.firstMs,
    lastMs: atMs,
    blocks,
    blockedUntilMs,
    proof: evidence.proof,
  };
}

/** The score at a later time. */
export function leakedScore(
  offender: Pick<Offender, 'score' | 'scoredMs'>,
  policy: Policy,
  atMs: number,
): number {
  const elapsedSeconds = Math.max(0, atMs - offender.scoredMs) / 1000;
  return Math.max(0, offender.score - elapsedSeconds / policy.leakSeconds);
}

/** Whether nothing about the offender can matter any more. */
export function isForgettable(offender: Offender, policy: Policy, nowMs: number): boolean {
  if (leakedScore(offender, policy, nowMs) > 0) return false;
  return offender.blocks === 0 || isRepeatForgotten(offender, policy, nowMs);
}

export function isRepeatForgotten(offender: Offender, policy: Policy, nowMs: number): boolean {
  return nowMs - offender.blockedUntilMs > policy.repeatMemorySeconds * 1000;
}

/**
 * FNV-1a, 32 bits. Two recipients with one hash count once: a guesser could choose them so, and
 * would have to guess names that nobody has.
 */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
