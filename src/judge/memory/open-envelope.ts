/**
 * What is known about an open envelope: the names that the mailer refused, and how many recipients it may have
 * accepted. Those are logged only at the end. Until then the bytes tell that the mailer's process has written: what a
 * short opening and the refusals do not explain counts as accepted. `judge/judge.ts` decides what the recipients count.
 *
 * The number is rather too high than too low. Too high, it spares a guesser for a while, to fifty names at most; too
 * low, it would block a client with a long list. So a long opening, a TLS handshake, and all that earlier envelopes of
 * the session took, count as accepted recipients. Refused: to subtract what TLS adds to each answer. Accepted
 * recipients between the refusals look the same.
 *
 * The mailer collects the answers to a pipelined batch and writes them together. So one question to the kernel says
 * nothing, unless the process waits for a command: before, sendmail writes everything. Else the number is known only
 * after two questions between which it has written about as much as the refusals between them take; until then, and when
 * it falls behind again, it is unknown.
 */

/** Plain data: it is saved as it is. */
export interface OpenEnvelope {
  /** The client's address. */
  readonly client: string;
  /** Ms since the epoch. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** What its unknown names counted, in names; corrected when the sender is known. */
  readonly weighed: number;
  /** New names of weight 1 that have not been reported to the wave and the networks yet. A count. */
  readonly fresh: number;
  /** How many of its signs counted. A count. */
  readonly counted: number;
  /** What all of them counted; absent: in the state of an earlier version. Names. */
  readonly scored?: number | undefined;
  /** How many recipients may be accepted so far; undefined: unknown. A count. */
  readonly accepted: number | undefined;
  /** Refusals so far, and how many bytes their answers take. A count; bytes. */
  readonly answers: number;
  readonly refusedBytes: number;
  /**
   * At an earlier question, with which the next is compared: the bytes written, and those of the refusals whose lines
   * were read by then. Absent: there was none, or the state is of an earlier version. Bytes.
   */
  readonly askedBytes?: number | undefined;
  readonly askedRefusedBytes?: number | undefined;
  /** Absent: the mailer may hold answers back. */
  readonly writes?: 'steadily' | undefined;
}

/** The answer `550 5.1.1 <x>... User unknown` with its line end, without the recipient. Bytes. */
const refusedFrameBytes = 28;
/**
 * The most that an answer `250 2.1.5 <x>... Recipient ok` is taken to be. Bytes: a list with short names has shorter
 * ones, and its refusals show that. Long refused names must not make the accepted ones fewer.
 */
const mostAcceptedBytes = 50;
/**
 * A greeting, and the answers to EHLO and MAIL, for a client with a long host name. Bytes: 421 where the names are
 * short.
 */
const openingBytes = 600;
/** The least that this can be. Bytes: if less is left, refusals are not written yet, or their lines are forged. */
const leastOpeningBytes = 100;
/** After so many refusals the bytes are compared anew. A count. */
const comparedAnswers = 3;
/** One answer may be written a moment late; with two missing the mailer holds answers back. A count. */
const lateAnswers = 1.5;

/** Envelopes that are remembered. A count: ten times as many as a large relay has processes. */
export const mostOpenEnvelopes = 20_000;

export const newOpenEnvelope = (client: string, atMs: number): OpenEnvelope => ({
  client,
  firstMs: atMs,
  lastMs: atMs,
  weighed: 0,
  fresh: 0,
  counted: 0,
  scored: 0,
  accepted: undefined,
  answers: 0,
  refusedBytes: 0,
  askedBytes: undefined,
  askedRefusedBytes: undefined,
  writes: undefined,
});

/** What the kernel showed about the process at a refusal. Bytes. */
interface SeenBytes {
  /** Written by then, without the answers of lines that are read and not judged yet. */
  readonly answeredBytes: number;
  /** The answers of those lines. */
  readonly unreadBytes: number;
  /** As in `Evidence`. */
  readonly written?: 'all' | undefined;
}

type Writable<Row> = {-readonly [Field in keyof Row]: Row[Field]};

/**
 * One more refusal.
 *
 * @param seen undefined: the kernel was not asked about it, or in vain. Recipients may have been accepted since the
 *   question before
 * @returns a new object
 */
export function answered(
  before: OpenEnvelope,
  recipient: string,
  seen: SeenBytes | undefined,
  atMs: number,
): Writable<OpenEnvelope> {
  const after: Writable<OpenEnvelope> = {
    ...before,
    lastMs: Math.max(before.lastMs, atMs),
    accepted: undefined,
    answers: before.answers + 1,
    refusedBytes: before.refusedBytes + refusedFrameBytes + recipient.length,
  };
  if (seen === undefined) return after;
  noteQuestion(after, seen);
  const othersBytes = seen.answeredBytes - after.refusedBytes;
  if (after.writes === undefined || othersBytes < leastOpeningBytes) return after;
  const acceptedBytes = Math.min(mostAcceptedBytes, eachBytes(after));
  after.accepted = Math.floor(Math.max(0, othersBytes - openingBytes) / acceptedBytes);
  return after;
}

/** An answer to a recipient of this envelope. An accepted one takes as much as a refused one. */
const eachBytes = ({refusedBytes, answers}: OpenEnvelope): number => refusedBytes / answers;

/** Compares the bytes with those of an earlier question, and notes in the envelope whether they have grown. */
function noteQuestion(
  open: Writable<OpenEnvelope>,
  {answeredBytes, unreadBytes, written}: SeenBytes,
): void {
  const now = {writtenBytes: answeredBytes + unreadBytes, refused: open.refusedBytes + unreadBytes};
  const {askedBytes = Infinity, askedRefusedBytes = 0} = open;
  const wroteBytes = now.writtenBytes - askedBytes;
  const refusedBytes = now.refused - askedRefusedBytes;
  // The first question; or the counter of another process.
  const isFirst = wroteBytes < 0;
  const isEnough = refusedBytes >= comparedAnswers * eachBytes(open) || written === 'all';
  if (written === 'all') open.writes = 'steadily';
  else if (isFirst) open.writes = undefined;
  else if (wroteBytes > 0 && 2 * wroteBytes >= refusedBytes) open.writes = 'steadily';
  else if (isEnough || refusedBytes - wroteBytes > lateAnswers * eachBytes(open)) {
    open.writes = undefined;
  }
  if (isFirst || isEnough) {
    [open.askedBytes, open.askedRefusedBytes] = [now.writtenBytes, now.refused];
  }
}
