/**
 * What is known of an open envelope: which names the mailer refused, and about how many recipients
 * it accepted. The number of bytes that the mailer's process has written to its client gives the
 * latter. Does not decide what they speak for (`judge/judge.ts`).
 *
 * Only the bytes since the first refusal count, less the refusals: before it come the greeting, and
 * with TLS certificates of some thousand bytes. TLS adds the same number of bytes to each answer;
 * so the surplus of the shortest answer is taken off all of them. When lines are read late, many at
 * the same time, all have the same number; then only the bytes beyond any greeting count, unless
 * the session has had an envelope before.
 *
 * The first refusal may be asked about late too, when others behind it have been answered already. Then what was
 * written since falls below the refusals, and so far below it stands, the count begins again.
 *
 * The bytes that come with a late line may be refusals whose lines come later. So their estimate
 * holds only until those lines are read. The estimate of a line that is read immediately is kept:
 * answers to a pipelined batch are written late.
 */

/** Plain data: it is saved as it is. */
export interface OpenEnvelope {
  /** The client's address. */
  readonly client: string;
  /** Ms since the epoch. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** What its unknown names weighed, in names: to be corrected when the sender is known. */
  readonly weighed: number;
  /** New names of weight 1 of which neither the wave nor the networks have heard. A count. */
  readonly fresh: number;
  /** Whether it brought anything new. A count. */
  readonly counted: number;
  /** Recipients accepted so far, about; undefined: nobody can tell. A count. */
  readonly accepted: number | undefined;
  /** So many at least, by the lines that were read at once. A count. */
  readonly kept: number;
  /** Whether the first lines were read together. */
  readonly read: 'atOnce' | 'late';
  /** What was written at the last refusal; all and the least that was more than refusals. Bytes; counts. */
  readonly lastBytes: number;
  readonly refusedBytes: number;
  readonly overBytes: number;
  readonly leastOver: number;
  /** The least that `overBytes` was; absent in states of earlier versions: 0. Bytes, 0 or below. */
  readonly lowestBytes?: number | undefined;
  readonly answers: number;
}

/** `250 2.1.5 <anna@example.net>... Recipient ok` and the end of its line. Bytes. */
const acceptedBytes = 50;
/** `550 5.1.1 ... User unknown` and the end of its line, without the recipient. Bytes. */
const refusedFrameBytes = 27;
/** TLS adds 22 to 29 bytes to an answer. More is no overhead. Bytes. */
const mostOverheadBytes = 40;
/** Greeting, EHLO and a TLS handshake with a chain of certificates stay below. Bytes. */
const greetingBytes = 8000;

/** From its writing to its reading; of a time stamp without fractions a second more. Ms. */
const lateMs = 200;

/** Envelopes remembered at once. A count: as many as a large relay has processes, ten times. */
export const mostOpenEnvelopes = 20_000;

export const newOpenEnvelope = (client: string, atMs: number): OpenEnvelope => ({
  client,
  firstMs: atMs,
  lastMs: atMs,
  weighed: 0,
  fresh: 0,
  counted: 0,
  accepted: undefined,
  kept: 0,
  read: 'atOnce',
  lastBytes: 0,
  refusedBytes: 0,
  overBytes: 0,
  leastOver: mostOverheadBytes,
  answers: 0,
});

/** Fewer than two. Answers. */
const shortAnswers = 1.5;

interface Circumstances {
  /** Of the line, and when it was read. Ms since the epoch. */
  readonly atMs: number;
  readonly readMs: number;
  /** As of `Evidence`. */
  readonly answeredFor?: 'others' | undefined;
}

/** One more refusal, when the process had written so much. */
export function answered(
  before: OpenEnvelope,
  recipient: string,
  bytes: number | undefined,
  {atMs, readMs, answeredFor}: Circumstances,
): OpenEnvelope {
  const lastMs = Math.max(before.lastMs, atMs);
  const refused = refusedFrameBytes + recipient.length;
  const refusedBytes = before.refusedBytes + refused;
  const isFirst = before.answers === 0;
  if (bytes === undefined) {
    // The machine was not asked about this refusal, but the client got its answer: at the next
    // question it must not look like an accepted one.
    const passed = isFirst ? {bytes: 0, answers: 0} : {bytes: refused, answers: 1};
    const lastBytes = before.lastBytes + passed.bytes;
    return {...before, lastMs, refusedBytes, lastBytes, answers: before.answers + passed.answers};
  }
  // Below 0 too: asked a moment before an answer is written, and a moment after the next one, it is an
  // answer less and then one more. Were only the latter counted, each such pair would be an accepted one.
  const over = isFirst ? 0 : bytes - before.lastBytes - refused;
  const leastOver = isFirst ? mostOverheadBytes : Math.min(before.leastOver, Math.max(0, over));
  const overBytes = before.overBytes + over;
  const {answers} = before;
  // Two answers short: one may have been asked about a moment before it was written.
  const isShort = overBytes < -shortAnswers * refused;
  const lowestBytes = Math.min(before.lowestBytes ?? 0, overBytes);
  const aheadBytes = Math.max(0, -lowestBytes - shortAnswers * refused);
  const sinceFirst = (overBytes + aheadBytes - answers * leastOver) / (acceptedBytes + leastOver);
  const overhead = (answers + 1) * (answers === 0 ? 0 : leastOver);
  const inAll = (bytes - greetingBytes - refusedBytes - overhead) / acceptedBytes;
  const read = isShort ? 'late' : before.read;
  const isOwn = answeredFor === undefined;
  const now = Math.floor(Math.max(0, sinceFirst, isOwn ? inAll : 0));
  const kept = isPrompt(atMs, readMs) ? Math.max(before.kept, Math.floor(sinceFirst)) : before.kept;
  return {
    ...before,
    lastMs,
    // Lines of a later envelope that are read together tell nothing.
    accepted: !isOwn && read === 'late' ? undefined : Math.max(kept, now),
    kept,
    read,
    lastBytes: bytes,
    refusedBytes,
    overBytes,
    leastOver,
    lowestBytes,
    answers: answers + 1,
  };
}

const isPrompt = (atMs: number, readMs: number): boolean =>
  readMs - atMs <= lateMs + (atMs % 1000 === 0 ? 1000 : 0);
