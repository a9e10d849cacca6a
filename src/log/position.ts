/** How far a log has been read. */

/** How far one file has been read, and how to recognise it. Plain data, saved as it is. */
export interface Cursor {
  /** Device and inode. They distinguish two files with the same name, unless the inode was reused. */
  readonly identity: string;
  /** The end of the last complete line read. Bytes. */
  readonly offset: number;
  /**
   * The last bytes before `offset`, in hexadecimal: they reveal a file that was truncated and
   * refilled.
   */
  readonly guard: string;
  /**
   * When the file was created, in ns; '0' if the file system does not record it; absent in old
   * states.
   */
  readonly born?: string;
  /** Whatever took the file's place was changed after this. Ms since the epoch. */
  readonly sinceMs?: number;
}

/**
 * How far a log has been read: first the file that has the log's name, then rotated files that are
 * still being read.
 */
export type LogPosition = readonly Cursor[];

/** How far the journal has been read. Plain data. */
export interface JournalPosition {
  readonly cursor: string;
}
