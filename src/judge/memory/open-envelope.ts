/**
 * What is known about an open envelope: the names that the mailer refused, and about how many recipients it
 * accepted. The latter follows from the number of bytes that the mailer's process has written to its
 * client. `judge/judge.ts` decides what the recipients count.
 *
 * Only the bytes since the first refusal count, minus the refusals: before it come the greeting and, with
 * TLS, certificates of some thousand bytes. TLS adds the same number of bytes to each answer, so the
 * surplus of the shortest answer is subtracted from all. If lines are read late, many at the same time, all
 * get the same byte count. Then all bytes beyond the shortest greeting count, unless the session has had an
 * envelope before. That may be too many, after TLS by far, and spares a guesser for a while; too few would block
 * a client with a long list.
 *
 * The first refusal may be asked about late too, when later refusals have already been answered. Then the bytes
 * written since fall short of the refusals. The count begins again from the lowest shortfall.
 *
 * The bytes that come with a late line may belong to refusals whose lines follow, so their estimate holds
 * only until those lines are read. The estimate of a line that is read immediately is kept, because answers
 * to a pipelined batch are written late.
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
  /** About how many recipients are accepted so far; undefined: unknown. A count. */
  readonly accepted: number | undefined;
  /** The least number, from the lines that were read immediately. A count. */
  readonly kept: number;
  /** Whether the first lines were read together. */
  readonly read: 'atOnce' | 'late';
  /**
   * Bytes written at the latest refusal; the bytes beyond refusals, in all and at least for one answer.
   * Bytes; counts.
   */
  readonly lastBytes: number;
  readonly refusedBytes: number;
  readonly overBytes: number;
  readonly leastOver: number;
  /** The least that `overBytes` was; absent in states of earlier versions: 0. Bytes, 0 or below. */
  readonly lowestBytes?: number | undefined;
  /** Until then the first question may have seen answers to later refusals; absent in earlier states. Ms since the epoch. */
  readonly askedMs?: number | undefined;
  readonly answers: number;
}

/** The answer `250 2.1.5 <anna@example.net>... Recipient ok` with its line end. Bytes. */
const acceptedBytes = 50;
/** The answer `550 5.1.1 ... User unknown` with its line end, without the recipient. Bytes. */
const refusedFrameBytes = 27;
/** TLS adds 22 to 29 bytes to an answer; more is not overhead. Bytes. */
const mostOverheadBytes = 40;
/** More than a greeting, EHLO and a TLS handshake with a chain of certificates. Bytes. */
const greetingBytes = 8000;
/**
 * About the least that is written before the first recipient: a greeting (159), the answers to HELO (70) or EHLO (222) and
 * to MAIL (40). Bytes.
 */
const leastOpeningBytes = 300;

/**
 * A line read later than this after it was written is late; with a stamp without fractions, a second later.
 * Ms.
 */
const lateMs = 200;

/** Envelopes that are remembered. A count: ten times as many as a large relay has processes. */
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
/** How long after a line is judged the machine is asked about it, at most. Ms: 3 to 16 were measured. */
const askedWithinMs = 25;

type Writable<Row> = {-readonly [Field in keyof Row]: Row[Field]};

interface Circumstances {
  /** The line's time, and when it was read. Ms since the epoch. */
  readonly atMs: number;
  readonly readMs: number;
  /** As of `Evidence`. */
  readonly answeredFor?: 'others' | undefined;
}

/** One more refusal, at which the process had written this many bytes. @returns a new object */
export function answered(
  before: OpenEnvelope,
  recipient: string,
  bytes: number | undefined,
  {atMs, readMs, answeredFor}: Circumstances,
): Writable<OpenEnvelope> {
  const lastMs = Math.max(before.lastMs, atMs);
  const refused = refusedFrameBytes + recipient.length;
  const refusedBytes = before.refusedBytes + refused;
  const isFirst = before.answers === 0;
  if (bytes === undefined) {
    // The kernel was not asked about this refusal, but the client got its answer. At the next question, the
    // answer must not look like an accepted recipient.
    const passed = isFirst ? {bytes: 0, answers: 0} : {bytes: refused, answers: 1};
    const lastBytes = before.lastBytes + passed.bytes;
    return {...before, lastMs, refusedBytes, lastBytes, answers: before.answers + passed.answers};
  }
  // Below 0 counts too. If the kernel is asked just before an answer is written, and next time just after,
  // one answer is missing and then one is extra. Counting only the surplus would take each such pair for an
  // accepted recipient.
  const over = isFirst ? 0 : bytes - before.lastBytes - refused;
  const leastOver = isFirst ? mostOverheadBytes : Math.min(before.leastOver, Math.max(0, over));
  const overBytes = before.overBytes + over;
  const {answers} = before;
  // Two answers short: one may have been asked about a moment before it was written.
  const isShort = overBytes < -shortAnswers * refused;
  // Answers to later lines were not written when the machine was asked first. If they are missing, the mailer holds
  // them back: it writes the answers to a pipelined batch together.
  const askedMs = before.askedMs ?? readMs + askedWithinMs;
  const lowest = before.lowestBytes ?? 0;
  const lowestBytes = atMs <= askedMs ? Math.min(lowest, overBytes) : lowest;
  const aheadBytes = Math.max(0, -lowestBytes - shortAnswers * refused);
  const sinceFirst = (overBytes + aheadBytes - answers * leastOver) / (acceptedBytes + leastOver);
  const overhead = (answers + 1) * (answers === 0 ? 0 : leastOver);
  const read = isShort ? 'late' : before.read;
  const openingBytes = read === 'late' ? leastOpeningBytes : greetingBytes;
  const inAll = (bytes - openingBytes - refusedBytes - overhead) / acceptedBytes;
  const isOwn = answeredFor === undefined;
  // Fewer bytes than the refusals take: the mailer collects the answers to a pipelined batch, and nothing shows yet how many
  // recipients it has accepted.
  const isHeldBack = bytes < leastOpeningBytes + refusedBytes - refused;
  const now = Math.floor(Math.max(0, sinceFirst, isOwn ? inAll : 0));
  const kept = isPrompt(atMs, readMs) ? Math.max(before.kept, Math.floor(sinceFirst)) : before.kept;
  return {
    ...before,
    lastMs,
    // Lines of a later envelope that are read together say nothing.
    accepted: read === 'late' && (!isOwn || isHeldBack) ? undefined : Math.max(kept, now),
    kept,
    read,
    lastBytes: bytes,
    refusedBytes,
    overBytes,
    leastOver,
    lowestBytes,
    askedMs,
    answers: answers + 1,
  };
}

const isPrompt = (atMs: number, readMs: number): boolean =>
  readMs - atMs <= lateMs + (atMs % 1000 === 0 ? 1000 : 0);
