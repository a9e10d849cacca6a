/**
 * Decides what to do about one offender. Pure: no clock, no log, no kernel. An offender is never
 * exempt here: `guard/guard.ts` leaves out the evidence against exempt clients first.
 *
 * Source: the ladder, where each block is `blockFactor` times as long as the one before it, is
 * sshguard's (src/blocker/blocker.c, report_address). The cap on it is ours.
 */
import type {EvidenceKind} from '../mail/evidence.js';
import {isRepeatForgotten, type Offender, unknownShare, withoutScore} from './offender.js';
import type {Policy} from './policy.js';
import {weights} from './weights.js';

export type Verdict =
  | {readonly kind: 'watch'}
  /** `repeat` counts this client's blocks, this one included. */
  | {
      readonly kind: 'block';
      readonly seconds: number;
      readonly repeat: number;
      readonly reason: string;
    };

/** @param atMs time of the newest evidence, ms since the epoch: log time, not the clock */
export function judge(offender: Offender, policy: Policy, atMs: number): Verdict {
  if (!Number.isFinite(atMs)) throw new RangeError(`atMs is ${atMs}`);
  if (!isReached(offender, policy)) return {kind: 'watch'};
  const before = isRepeatForgotten(offender, policy, atMs) ? 0 : offender.blocks;
  const seconds = blockSeconds(before, policy);
  return {kind: 'block', seconds, repeat: before + 1, reason: reasonOf(offender)};
}

/**
 * Whether enough was done, and enough of it is not forgiven yet. The bucket has leaked a little
 * between the first and the last of a row, so the score is rounded up; what was done is not. Accepted
 * mail speaks for the recipients only, not for a VRFY.
 */
function isReached(offender: Offender, policy: Policy): boolean {
  const {score, kinds} = offender;
  if (Math.ceil(score) < policy.threshold) return false; // nearly always
  const isMeant = unknownShare(offender) >= policy.leastUnknownShare;
  let [all, counting] = [0, 0];
  for (const [kind, count] of Object.entries(kinds) as [EvidenceKind, number][]) {
    all += weights[kind] * count;
    const isRecipient = kind === 'unknownRecipient' || kind === 'undeliverable';
    if (isMeant || !isRecipient) counting += weights[kind] * count;
  }
  return counting >= policy.threshold && Math.ceil((score * counting) / all) >= policy.threshold;
}

const words: Readonly<Record<EvidenceKind, string>> = {
  unknownRecipient: 'distinct unknown recipients',
  undeliverable: 'recipients unknown to the next host',
  vrfyProbe: 'names asked for with VRFY or EXPN',
  relayDenied: 'recipients that it may not relay to',
  authFailed: 'users it could not log in as',
  pregreet: 'talk before the greeting',
  earlyTraffic: 'talk before an answer',
  smtpAttack: 'floods of one command',
  openProxy: 'web requests',
  bogusCommand: 'commands of a worm',
  stuckSession: 'sessions left in cmd read',
};

function reasonOf({kinds, firstMs, lastMs, proof}: Offender): string {
  const parts = (Object.keys(words) as EvidenceKind[]).flatMap((kind) =>
    kinds[kind] === undefined ? [] : `${kinds[kind]} ${words[kind]}`,
  );
  return `${parts.join(', ')} in ${Math.round((lastMs - firstMs) / 1000)}s, proof ${proof}`;
}

/**
 * Length of the next block, in whole seconds.
 *
 * @param blocksSoFar blocks already served. The power may reach Infinity for a very old offender;
 *   the cap then holds, so the answer is always finite.
 */
export function blockSeconds(blocksSoFar: number, policy: Policy): number {
  const ladder = policy.blockSeconds * policy.blockFactor ** blocksSoFar;
  return Math.floor(Math.min(ladder, policy.longestBlockSeconds));
}

/** The offender as it is once the block stands: it starts anew when the block is over. */
export function afterBlock(offender: Offender, repeat: number, untilMs: number): Offender {
  return {...withoutScore(offender), blocks: repeat, blockedUntilMs: untilMs};
}
