/** Evidence and policies for the tests of the score. */
import type {Evidence} from '../../src/mail/evidence.js';
import {addEvidence, type Offender} from '../../src/score/offender.js';
import type {Policy} from '../../src/score/policy.js';
import {address} from '../net/samples.js';
import {sendmail} from '../../src/mail/sendmail/dialect.js';

/** The defaults of the schema. */
export const policy: Policy = {
  threshold: 10,
  leastUnknownShare: 0.2,
  leakSeconds: 600,
  blockSeconds: 3600,
  blockFactor: 2,
  longestBlockSeconds: 7 * 86_400,
  repeatMemorySeconds: 30 * 86_400,
};

/** A guard under these defaults, on the machine that its log is of. */
export const settings = {
  policy,
  brakes: {blocksMax: 50_000, blocksPerMinute: 1000, goodSendersMax: 3},
  mailerName: 'sm-mta',
  mailerHost: undefined,
  ownHost: 'relay',
  attribution: 'any',
  dialect: sendmail,
} as const;

export const startMs = Date.UTC(2026, 10, 21, 12);

export function evidence(subject: string, atMs: number): Evidence {
  const client = address('203.0.113.7');
  return {kind: 'unknownRecipient', client, subject, atMs, proof: 'kernel'};
}

/** One offender after evidence at these seconds from the start, each of another recipient. */
export function offenderAfter(seconds: readonly number[], rules: Policy = policy): Offender {
  let offender: Offender | undefined;
  for (const [i, each] of seconds.entries()) {
    offender = addEvidence(offender, evidence(`<n${i}@example.net>`, startMs + each * 1000), rules);
  }
  if (offender === undefined) throw new Error('no evidence, no offender');
  return offender;
}
