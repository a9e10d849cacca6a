/** Evidence and policies for the tests of the score. */
import type {Evidence} from '../../src/mail/evidence.js';
import type {Policy} from '../../src/score/policy.js';
import {address} from '../net/samples.js';
import {sendmail} from '../../src/mail/sendmail/dialect.js';

/** The defaults of the schema, and what a test knows without a first day. */
export const policy: Policy = {
  threshold: 10,
  blockSeconds: 3600,
  longestBlockSeconds: 4 * 86_400,
  ipv6Prefix: 64,
  learning: 'firstDay',
  earlyTalk: 'once',
};

/** A guard under these defaults, on the machine that its log is of. */
export const settings = {
  policy,
  blocksMax: 50_000,
  blocksPerMinute: 1000,
  namesOfBlocks: 'kept',
  mailerNames: ['sm-mta'],
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
