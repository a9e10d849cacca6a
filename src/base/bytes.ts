/** What is used of Node's Buffer in the pure part of the program, which does not know Node. */
export interface Bytes extends Uint8Array {
  toString(encoding?: 'latin1', start?: number, end?: number): string;
}

/** A line longer than this is no line of a mailer (SYSLOG_BUFSIZE 1 KiB, rsyslog 8 KiB). Bytes. */
export const longestLineBytes = 16 * 1024;
