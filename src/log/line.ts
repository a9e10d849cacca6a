/** One complete line of a followed log, and its place. What it says is for `syslog.ts`. */
export interface Line {
  /** The path that is followed; the name of the source in state and reports. */
  readonly source: string;
  /** Where the line begins in the source. Bytes. */
  readonly offset: number;
  /** Latin-1, one character a byte, without the newline: no byte sequence can break the decoding. */
  readonly text: string;
}
