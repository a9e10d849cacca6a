/**
 * Holds signs until their client is known, and makes evidence of them. The proof holds for both:
 * who the client was, and that the sign really occurred. When a sign is released is for
 * `envelopes.ts`.
 */
import type {Vouching} from './authorship.js';
import {type Evidence, type EvidenceKind, isHeavy, type Proof} from './evidence.js';
import type {Subject} from './mail-event.js';
import type {SeenAnswers} from './sight/seen-answers.js';
import {type Address, parseAddress} from '../net/address.js';

export interface KnownClient {
  readonly address: string;
  readonly proof: Proof;
}

/** The machine's answer about one process, and how it was learnt. */
export interface MachineAnswer {
  readonly client: Address;
  readonly proof: Proof;
  /** What the process had written to its client when the line was written. Bytes; undefined: not known. */
  readonly answeredBytes?: number | undefined;
  /** The same now, where lines behind this one have been read already. Bytes; absent: as much. */
  readonly writtenBytes?: number | undefined;
  /** What it is seen at in the envelope of the line; absent: something else, or waiting. */
  readonly doing?: 'recipients' | undefined;
}

/** An act of a client that is not known yet. Plain data. */
export interface PendingEvidence extends Subject {
  readonly kind: EvidenceKind;
  readonly atMs: number;
  readonly vouched: Vouching;
  /** Bytes that had been written to the client at the sign. Bytes; absent: not known. */
  readonly answeredBytes?: number | undefined;
}

/** What stands in all evidence of one envelope, or of one line about a delivery. */
type Circumstances = Pick<Evidence, 'envelope' | 'answeredFor' | 'submitter' | 'nextHost'>;

/**
 * @param atMs when the line was written; ms since the epoch
 * @param answer the machine's about this very line
 */
export function pendingOf(
  kind: EvidenceKind,
  {subject, subjectIs}: Subject,
  atMs: number,
  vouching: Vouching,
  answer?: MachineAnswer,
): PendingEvidence {
  const isCleared = vouching === 'doubtful' && answer?.proof === 'kernel';
  const vouched = isCleared ? 'no' : vouching;
  return {kind, subject, subjectIs, atMs, vouched, answeredBytes: answer?.answeredBytes};
}

/**
 * Whether a line that anybody can write is borne out: what the kernel says of a process holds only for lines that
 * the process wrote. Asked once for each line.
 *
 * @param answer the machine's about this very line
 */
export function isSeen(
  seen: SeenAnswers,
  process: string,
  kind: EvidenceKind,
  {subject}: Subject,
  answer: MachineAnswer | undefined,
): boolean {
  if (answer?.proof !== 'kernel' || isHeavy(kind)) return false;
  const {client, doing, answeredBytes, writtenBytes = answeredBytes} = answer;
  return seen.bearsOut({process, client: client.text, subject, writtenBytes, doing});
}

/** Whether the same is held already; of an ambiguous subject nobody can tell. */
export function isPending(
  held: readonly PendingEvidence[],
  {kind, subject, subjectIs}: PendingEvidence,
): boolean {
  if (subjectIs === 'ambiguous') return false;
  const lower = subject.toLowerCase();
  return held.some((one) => one.kind === kind && one.subject.toLowerCase() === lower);
}

/**
 * What proves both the client and the sign. What the journal knows of the line that names the
 * client says nothing about who wrote this line; what the kernel says of the process does, for all
 * its lines.
 */
export function weaker(client: Proof, vouched: Vouching): Proof {
  const isForeign = vouched === 'doubtful' || (vouched === 'no' && client === 'journal');
  return isForeign ? 'log' : client;
}

export function pendingToEvidence(
  held: readonly PendingEvidence[],
  known: KnownClient,
  circumstances: Circumstances = {},
): {readonly kind: 'evidence'; readonly evidence: Evidence}[] {
  if (held.length === 0) return [];
  const client = parseAddress(known.address);
  if (client === undefined) throw new Error(`a session holds ${known.address} as its client`);
  // Field by field: where a field is added to a copy (`{...one, more}`), the engine makes a hidden class for each
  // object, which costs more than all of the judging.
  return held.map(({vouched, kind, subject, subjectIs, atMs, answeredBytes}) => ({
    kind: 'evidence',
    evidence: {
      kind,
      subject,
      subjectIs,
      atMs,
      answeredBytes,
      client,
      proof: weaker(known.proof, vouched),
      envelope: circumstances.envelope,
      answeredFor: circumstances.answeredFor,
      submitter: circumstances.submitter,
      nextHost: circumstances.nextHost,
    },
  }));
}
