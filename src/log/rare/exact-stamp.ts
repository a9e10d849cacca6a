/**
 * Reads stamps that are a count of seconds, and so leave no zone and no year open:
 *
 *     1764331200.123              syslog-ng `ts-format(unix)`, `journalctl -o short-unix`
 *     @400000006929c6800a1b2c3d   TAI64N, as multilog and socklog write it
 */

interface ExactStamp {
  /** Characters it takes. */
  readonly length: number;
  /** Ms since the epoch. */
  readonly atMs: number;
}

/** Nine digits: since 1973; ten are enough until 2286. */
const unix = /^(\d{9,10})(?:\.(\d{1,9}))?(?= )/;
const tai = /^@(4[0-9a-f]{15})([0-9a-f]{8})(?= )/;

/** Longest of them, with the blank behind it. Characters. */
const longest = 27;

/** 1970 in TAI64 as daemontools counts it: ten seconds ahead of UTC, without leap seconds. Seconds. */
const taiEpoch = (1n << 62n) + 10n;

/** @param at where in the text it begins */
export function readExactStamp(text: string, at: number): ExactStamp | undefined {
  const head = text.slice(at, at + longest);
  const [whole, seconds = '', fraction = ''] = unix.exec(head) ?? [];
  if (whole !== undefined) {
    const milliseconds = Number(fraction.slice(0, 3).padEnd(3, '0'));
    return {length: whole.length, atMs: Number(seconds) * 1000 + milliseconds};
  }
  const [label, high = '', nanoseconds = ''] = tai.exec(head) ?? [];
  if (label === undefined) return undefined;
  const atSeconds = Number(BigInt(`0x${high}`) - taiEpoch);
  const atMs = atSeconds * 1000 + Math.floor(Number.parseInt(nanoseconds, 16) / 1e6);
  // A client of the clock's wrong end: no log is of 1970 or of the year 2286.
  return atSeconds > 0 && atSeconds < 1e10 ? {length: label.length, atMs} : undefined;
}
