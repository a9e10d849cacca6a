/**
 * Reads stamps that count seconds, so that zone and year are certain:
 *
 *     1764331200.123              syslog-ng `ts-format(unix)`, `journalctl -o short-unix`
 *     @400000006929c6800a1b2c3d   TAI64N, as multilog and socklog write it
 */

interface ExactStamp {
  /** Its length. Characters. */
  readonly length: number;
  /** Ms since the epoch. */
  readonly atMs: number;
}

/** Nine digits for times since 1973; ten suffice until 2286. */
const unix = /^(\d{9,10})(?:\.(\d{1,9}))?(?= )/;
const tai = /^@(4[0-9a-f]{15})([0-9a-f]{8})(?= )/;

/** The length of the longest, including the blank after it. Characters. */
const longest = 27;

/**
 * The beginning of 1970 in TAI64 as daemontools counts it: ten seconds ahead of UTC, without leap
 * seconds. Seconds.
 */
const taiEpoch = (1n << 62n) + 10n;

/** @param at where the stamp begins in the text */
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
  // Not a plausible time: no log is from 1970 or from 2286.
  return atSeconds > 0 && atSeconds < 1e10 ? {length: label.length, atMs} : undefined;
}
