/** How far a log has been read. */

/** How far one file has been read, and how to know it again. Plain data: it is saved as it is. */
export interface Cursor {
  /** Device and inode: two files with one name differ here, unless the inode was used again. */
  readonly identity: string;
  /** The end of the last whole line taken. Bytes. */
  readonly offset: number;
  /** The last bytes before `offset`, in hexadecimal: tells a file that was truncated and refilled. */
  readonly guard: string;
  /** The file's time of birth, in ns; '0' where the file system keeps none; missing in old states. */
  readonly born?: string;
  /** Whatever took the file's place has changed since then. Ms since the epoch. */
  readonly sinceMs?: number;
}

/** How far a log has been read: the file that has its name first, then rotated ones read on. */
export type LogPosition = readonly Cursor[];

/** How far the journal has been read. Plain data. */
export interface JournalPosition {
  readonly cursor: string;
}
