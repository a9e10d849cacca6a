/** What can happen to a followed log, besides its lines. */

export type FollowEvent =
  | UnreadEvent
  | {readonly kind: 'following'; readonly path: string; readonly atBytes: number}
  | {readonly kind: 'unreadable'; readonly path: string; readonly why: string}
  | {readonly kind: 'rotated'; readonly path: string}
  /** The file that was read last is nowhere to be found. */
  | {readonly kind: 'predecessorGone'; readonly path: string}
  /** Names the first file that is not followed. */
  | {readonly kind: 'tooManyFiles'; readonly path: string; readonly most: number};

export type JournalEvent =
  | {readonly kind: 'following'; readonly cursor: string}
  /** No journalctl, no right, no journal, or a child that has ended. It is tried again. */
  | {readonly kind: 'unreadable'; readonly why: string}
  /** The place to go on from is none; what was written since is lost. */
  | {readonly kind: 'cursorRefused'; readonly cursor: string}
  /** Entries that no mailer writes. A count since the last such report. */
  | {readonly kind: 'skipped'; readonly entries: number; readonly why: string};

export type FileEvent =
  | LongLine
  /** The file was cut, or replaced in place; what stood there unread is gone. */
  | {
      readonly kind: 'truncated';
      readonly path: string;
      /** What was read before. */
      readonly atBytes: number;
      /** Where reading goes on: behind what is known to be as it was. */
      readonly fromBytes: number;
    }
  /** A rotated file cannot be read there (in unpacked bytes); the lines behind are lost. */
  | {
      readonly kind: 'damaged';
      readonly path: string;
      readonly atBytes: number;
      readonly why: string;
    };

export type UnreadEvent =
  | FileEvent
  /** Lines that were not read stand in a file of a kind that cannot be unpacked here. */
  | {readonly kind: 'unreadablePacking'; readonly path: string}
  /** A rotated file of a user who does not write the log: it is not read. */
  | {readonly kind: 'otherOwner'; readonly path: string; readonly owner: number};

export interface LongLine {
  readonly kind: 'longLine';
  readonly path: string;
  readonly atBytes: number;
}
