/** One complete line of a followed log, and its place. `syslog.ts` parses it. */
export interface Line {
  /** The path that is followed: the name of the source in the state and in reports. */
  readonly source: string;
  /** Where the line begins in the source. Bytes. */
  readonly offset: number;
  /**
   * Latin-1, one character for each byte, without the newline: no byte sequence can break the
   * decoding.
   */
  readonly text: string;
}
