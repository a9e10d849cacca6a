/**
 * What is remembered about one client, and how one more piece of evidence changes it: a leaky
 * bucket of *distinct* things done. Distinct, because a mailer that tries one dead address again and
 * again is broken, not guessing; leaking, because everybody mistypes now and then. Beside it the mail
 * that was taken from the client meanwhile, for it speaks for him.
 * Does not decide about a block (`judge.ts`). Time is log time, so a replayed log scores the same.
 */
import {hashOf} from '../base/hash.js';
import type {Evidence, EvidenceKind, Proof} from '../mail/evidence.js';
import type {Policy} from './policy.js';
import {weights} from './weights.js';

/** Plain data: it is saved as it is. */
export interface Offender {
  /** The weight of what was done, less what is forgiven. */
  readonly score: number;
  /** The time the score is true for. Ms since the epoch. */
  readonly scoredMs: number;
  /** Hashes of the things already counted, oldest first. */
  readonly counted: readonly number[];
  /** How many distinct things of each kind, since the score last began at nothing. Counts. */
  readonly kinds: Readonly<Partial<Record<EvidenceKind, number>>>;
  /** Recipients of mail that was taken since then. A count. */
  readonly accepted: number;
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

/** Things remembered for one offender, so that they count once. A count: the highest threshold. */
export const mostCountedRecipients = 1_000;

export function addEvidence(
  before: Offender | undefined,
  evidence: Evidence,
  policy: Policy,
): Offender {
  const old = before ?? nothing;
  const {kind, subject, subjectIs, proof} = evidence;
  const hash = hashOf(`${placeOf(kind)} ${plainAddress(subject)}`);
  const atMs = Math.max(evidence.atMs, old.scoredMs);
  const leaked = leakedScore(old, policy, atMs);
  // With the score at nothing the client begins anew; what it did before would count again.
  const {counted, kinds, accepted, firstMs} = leaked === 0 ? {...nothing, firstMs: atMs} : old;
  const isNew = !counted.includes(hash) || subjectIs === 'ambiguous';
  // From before the score began, read late because another log was ahead: what would have been
  // forgiven meanwhile, had it been read in time, is.
  const beganMs = leaked === 0 ? old.scoredMs : old.firstMs;
  const forgiven = Math.max(0, beganMs - evidence.atMs) / 1000 / policy.leakSeconds;
  const weight = Math.max(0, weights[kind] - forgiven);
  return {
    score: leaked + (isNew ? weight : 0),
    scoredMs: atMs,
    counted: isNew ? [...counted, hash].slice(-mostCountedRecipients) : counted,
    kinds: isNew ? {...kinds, [kind]: (kinds[kind] ?? 0) + 1} : kinds,
    accepted,
    firstMs,
    lastMs: atMs,
    blocks: old.blocks,
    blockedUntilMs: old.blockedUntilMs,
    proof,
  };
}

const nothing: Offender = {
  score: 0,
  scoredMs: 0,
  counted: [],
  kinds: {},
  accepted: 0,
  firstMs: 0,
  lastMs: 0,
  blocks: 0,
  blockedUntilMs: 0,
  proof: 'log',
};

/** A name is one name, whether this host did not know it or the next one. */
const placeOf = (kind: EvidenceKind): EvidenceKind =>
  kind === 'undeliverable' ? 'unknownRecipient' : kind;

/** Mail that was taken from a client against whom something speaks already. */
export function addAccepted(before: Offender, recipients: number): Offender {
  return {...before, accepted: before.accepted + recipients};
}

/** The offender as it begins anew; its blocks stay with it. */
export function withoutScore(offender: Offender): Offender {
  return {...offender, score: 0, counted: [], kinds: {}, accepted: 0};
}

/** The share of unknown recipients among all it asked for since the score began. From 0 to 1. */
export function unknownShare({kinds, accepted}: Pick<Offender, 'kinds' | 'accepted'>): number {
  const unknown = (kinds.unknownRecipient ?? 0) + (kinds.undeliverable ?? 0);
  // What is no question about recipients has no share in them.
  return unknown === 0 ? 1 : unknown / (unknown + accepted);
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

/** Nothing to be left out, as in most. */
const isPlain = /^<[^\s"()<>+\\]*>$/;

/**
 * An address without what may be varied at will and is one mailbox all the same: case, quotes,
 * comments, blanks, angle brackets, `+detail`.
 */
function plainAddress(text: string): string {
  if (isPlain.test(text)) return text.toLowerCase();
  const bare = text
    .toLowerCase()
    .replaceAll(/\([^()]*\)/g, '')
    .replaceAll(/["\s\\]/g, '')
    .replace(/^<*/, '<')
    .replace(/>*$/, '>');
  const plus = bare.indexOf('+');
  const at = bare.lastIndexOf('@');
  return plus > 0 && plus < at ? bare.slice(0, plus) + bare.slice(at) : bare;
}
