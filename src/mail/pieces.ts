/**
 * Messages that a mailer logs in several pieces, and what is kept of one until its last piece comes.
 * Which messages are pieces, and how they fit, is the mailer's own (`dialect.ts`).
 */
import type {Table} from '../base/mechanisms/table.js';
import type {LogRecord} from '../log/record.js';

/** A message of which pieces are still to come. Plain data: it is saved as it is. */
export interface OpenMessage {
  /** What all its pieces begin with: a queue id, or another mark of the mailer. */
  readonly id: string;
  readonly text: string;
  /** Pieces in the text, a count. */
  readonly pieces: number;
  /** Of the last one. Ms since the epoch. */
  readonly atMs: number;
}

/** Joins the pieces in the records of one mailer, in the order in which they were written. */
export interface PieceJoiner {
  /** Pieces that came to nothing since the start. A count. */
  readonly lost: number;
  /**
   * @returns the record itself, unless it is a piece; for the last piece the whole message, at the
   *   time of that piece; `held`: more pieces must come; undefined for a piece that is of no use
   */
  take(record: LogRecord): LogRecord | 'held' | undefined;
}

export interface Pieces {
  /** Whether a message may be a piece. Asked of each message, so it is cheap. */
  readonly mayBePiece: (message: string) => boolean;
  /** @param open by process; the state saves it */
  readonly join: (open: Table<OpenMessage>) => PieceJoiner;
}
