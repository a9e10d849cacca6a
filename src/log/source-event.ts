/** What can happen to a followed log, besides new lines. */

export type FollowEvent =
  | UnreadEvent
  | {readonly kind: 'following'; readonly path: string; readonly atBytes: number}
  | {readonly kind: 'unreadable'; readonly path: string; readonly why: string}
  | {readonly kind: 'rotated'; readonly path: string}
  /** The file read last no longer exists under any name. */
  | {readonly kind: 'predecessorGone'; readonly path: string}
  /** `path`: the first file that is not followed. */
  | {readonly kind: 'tooManyFiles'; readonly path: string; readonly most: number};

export type JournalEvent =
  | {readonly kind: 'following'; readonly cursor: string}
  /**
   * No journalctl, no permission, no journal, or the child process has ended. It is tried again.
   */
  | {readonly kind: 'unreadable'; readonly why: string}
  /** The journal does not know the position to resume from; what was written since is lost. */
  | {readonly kind: 'cursorRefused'; readonly cursor: string}
  /** Entries that no mailer writes. A count since the last such report. */
  | {readonly kind: 'skipped'; readonly entries: number; readonly why: string};

export type FileEvent =
  | LongLine
  /** The file was truncated, or replaced in place; its unread lines are lost. */
  | {
      readonly kind: 'truncated';
      readonly path: string;
      /** How far it had been read. */
      readonly atBytes: number;
      /** Where reading resumes: after the part that is known to be unchanged. */
      readonly fromBytes: number;
    }
  /**
   * A rotated file cannot be read from this place on (in unpacked bytes); the lines after it are
   * lost.
   */
  | {
      readonly kind: 'damaged';
      readonly path: string;
      readonly atBytes: number;
      readonly why: string;
    };

export type UnreadEvent =
  | FileEvent
  /** Unread lines are in a file that cannot be unpacked here. */
  | {readonly kind: 'unreadablePacking'; readonly path: string}
  /** A rotated file whose owner does not write the log: it is not read. */
  | {readonly kind: 'otherOwner'; readonly path: string; readonly owner: number};

export interface LongLine {
  readonly kind: 'longLine';
  readonly path: string;
  readonly atBytes: number;
}
