/**
 * Messages that a mailer logs in several pieces, and what is kept of one until its last piece comes.
 * The mailer's dialect knows which messages are pieces and how they fit together (`dialect.ts`).
 */
import type {Table} from '../base/mechanisms/table.js';
import type {LogRecord} from '../log/record.js';

/** A message that is not complete yet. Plain data, saved as it is. */
export interface OpenMessage {
  /** What all its pieces begin with: a queue id, or another mark of the mailer. */
  readonly id: string;
  readonly text: string;
  /** How many pieces the text contains so far. A count. */
  readonly pieces: number;
  /** Time of the latest piece. Ms since the epoch. */
  readonly atMs: number;
}

/** Joins the pieces in one mailer's records, in the order in which they were written. */
export interface PieceJoiner {
  /** Pieces of messages that were never completed, since the start. A count. */
  readonly lost: number;
  /**
   * @returns the record itself if it is not a piece; for the last piece, the complete message with
   *   the time of that piece; `held`: more pieces must come; undefined: the piece is of no use
   */
  take(record: LogRecord): LogRecord | 'held' | undefined;
}

export interface Pieces {
  /** Whether a message may be a piece. Called for each message, so it must be fast. */
  readonly mayBePiece: (message: string) => boolean;
  /** @param open by process; the state saves it */
  readonly join: (open: Table<OpenMessage>) => PieceJoiner;
}
