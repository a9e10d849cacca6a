/**
 * The part of Node's Buffer that the pure code uses; the pure code is compiled without Node's
 * types.
 */
export interface Bytes extends Uint8Array {
  toString(encoding?: 'latin1', start?: number, end?: number): string;
}

/**
 * A longer line was not written by a mailer (SYSLOG_BUFSIZE is 1 KiB, rsyslog's limit 8 KiB).
 * Bytes.
 */
export const longestLineBytes = 16 * 1024;
