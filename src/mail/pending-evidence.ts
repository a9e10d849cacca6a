/**
 * Holds signs until their client is known, and makes evidence of them. The proof covers both: which client it
 * was, and that the sign really occurred. `envelopes.ts` decides when a sign is released.
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

/** The kernel's answer about one process, and how it was obtained. */
export interface MachineAnswer {
  readonly client: Address;
  readonly proof: Proof;
  /** How much the process had written to its client when the line was written. Bytes; undefined: unknown. */
  readonly answeredBytes?: number | undefined;
  /** The answers to later refusals of the process whose lines have been read already. Bytes; absent: 0. */
  readonly unreadBytes?: number | undefined;
  /** How much it has written now, if later lines have been read already. Bytes; absent: as much. */
  readonly writtenBytes?: number | undefined;
  /** When the process began, which with its number identifies it; absent: unknown. Clock ticks since the boot. */
  readonly startTicks?: number | undefined;
  /**
   * `recipients`: the process works on a recipient in the envelope of the line. `waits`: it waits for a command, and holds
   * no answer back. Absent: something else.
   */
  readonly doing?: 'recipients' | 'waits' | undefined;
}

/** A deed of a client that is not known yet. Plain data. */
export interface PendingEvidence extends Subject {
  readonly kind: EvidenceKind;
  readonly atMs: number;
  readonly vouched: Vouching;
  /** As in `Evidence`. */
  readonly answeredBytes?: number | undefined;
  readonly unreadBytes?: number | undefined;
  readonly written?: 'all' | undefined;
}

/** What all evidence of one envelope, or of one line about a delivery, has in common. */
type Circumstances = Pick<Evidence, 'envelope' | 'submitter' | 'nextHost'>;

/**
 * @param atMs when the line was written; ms since the epoch
 * @param answer the kernel's answer about this line
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
  const {answeredBytes, unreadBytes, doing} = answer ?? {};
  const written = doing === 'waits' ? 'all' : undefined;
  return {kind, subject, subjectIs, atMs, vouched, answeredBytes, unreadBytes, written};
}

/**
 * Whether the kernel confirms a line that any user could have written: what it says about a process holds only
 * for lines that this process wrote. Call it once for each line.
 *
 * @param answer the kernel's answer about this line
 */
export function isSeen(
  seen: SeenAnswers,
  process: string,
  kind: EvidenceKind,
  {subject}: Subject,
  answer: MachineAnswer | undefined,
): boolean {
  if (answer?.proof !== 'kernel' || isHeavy(kind)) return false;
  const {client, doing, answeredBytes, writtenBytes = answeredBytes, startTicks = 0} = answer;
  const one = `${process} ${startTicks}`;
  return seen.bearsOut({process: one, client: client.text, subject, writtenBytes, doing});
}

/** Whether the same sign is held already; for an ambiguous subject this is unknown. */
export function isPending(
  held: readonly PendingEvidence[],
  {kind, subject, subjectIs}: PendingEvidence,
): boolean {
  if (subjectIs === 'ambiguous') return false;
  const lower = subject.toLowerCase();
  return held.some((one) => one.kind === kind && one.subject.toLowerCase() === lower);
}

/**
 * The proof that holds for both the client and the sign. That the journal vouches for the line that names the
 * client says nothing about the writer of this line; what the kernel says about the process holds for all its
 * lines.
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
  // Field by field: adding a field to a copy (`{...one, more}`) makes V8 create a hidden class for each object,
  // which costs more than all the judging.
  return held.map((one) => ({
    kind: 'evidence',
    evidence: {
      kind: one.kind,
      subject: one.subject,
      subjectIs: one.subjectIs,
      atMs: one.atMs,
      answeredBytes: one.answeredBytes,
      unreadBytes: one.unreadBytes,
      written: one.written,
      client,
      proof: weaker(known.proof, one.vouched),
      envelope: circumstances.envelope,
      submitter: circumstances.submitter,
      nextHost: circumstances.nextHost,
    },
  }));
}
