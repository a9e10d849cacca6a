/**
 * Takes the frame off a syslog line: when, which host, which program, which pid, what was said.
 * Knows two stamps: BSD (`Nov  1 09:05:07`, RFC 3164, no year and no zone: local time is meant) and
 * RFC 3339 (`2026-11-21T11:51:44.575196+00:00`, rsyslog's own since Debian 12). Does not know what
 * any program says (`sendmail.ts`).
 *
 * Every expression is anchored on the left and has no nested repetition: linear in the line.
 */
import type {LogRecord} from './record.js';

/** What follows the stamp. A record without a pid is of no use here: no line of an MTA lacks it. */
const afterStamp = /^ (\S{1,255}) ([^\s[\]:]{1,64})\[(\d{1,10})\]: (.*)$/s;

const bsdStamp = /^([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d)/;
const rfc3339Stamp = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)?/;

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * @param referenceMs a time not before the line was written (now, or the file's last change), from
 *   which a stamp without a year gets one; ms since the epoch
 * @returns undefined for a line that is no syslog record with a pid
 */
export function parseSyslog(text: string, referenceMs: number): LogRecord | undefined {
  const stamp = parseStamp(text, referenceMs);
  if (stamp === undefined) return undefined;
  const rest = afterStamp.exec(text.slice(stamp.length));
  if (rest === null) return undefined;
  const [, host = '', program = '', pid = '', message = ''] = rest;
  return {
    atMs: stamp.atMs,
    host,
    program,
    pid: Number(pid),
    message,
    times: 1,
    writer: undefined,
  };
}

interface Stamp {
  readonly atMs: number;
  /** Characters it takes. */
  readonly length: number;
}

function parseStamp(text: string, referenceMs: number): Stamp | undefined {
  const bsd = bsdStamp.exec(text);
  if (bsd !== null) {
    const [whole, month = '', ...numbers] = bsd;
    const monthIndex = months.indexOf(month);
    const [day = 0, hour = 0, minute = 0, second = 0] = numbers.map(Number);
    if (monthIndex < 0 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) {
      return undefined;
    }
    const inYear = (year: number): number =>
      new Date(year, monthIndex, day, hour, minute, second).getTime();
    return {atMs: latestNotAfter(inYear, referenceMs), length: whole.length};
  }
  const rfc = rfc3339Stamp.exec(text);
  if (rfc === null) return undefined;
  const [whole, date = '', time = '', fraction = '', zone = ''] = rfc;
  const atMs = Date.parse(`${date}T${time}${fraction.slice(0, 4)}${zone.toUpperCase()}`);
  return Number.isNaN(atMs) ? undefined : {atMs, length: whole.length};
}

/** A clock of another host may be ahead of ours by this much, no more. Milliseconds: a day. */
const clockSlackMs = 24 * 3600 * 1000;

/** The year that makes the stamp the latest one not after the reference: Dec 31 read in January. */
function latestNotAfter(inYear: (year: number) => number, referenceMs: number): number {
  const year = new Date(referenceMs + clockSlackMs).getFullYear();
  const atMs = inYear(year);
  if (atMs > referenceMs + clockSlackMs) return inYear(year - 1);
  // The hour that is repeated in autumn has the same text twice; the second one, if it has begun.
  const againMs = atMs + 3_600_000;
  return againMs <= referenceMs && hasSameText(atMs, againMs) ? againMs : atMs;
}

function hasSameText(aMs: number, bMs: number): boolean {
  const [a, b] = [new Date(aMs), new Date(bMs)];
  return a.getHours() === b.getHours() && a.getDate() === b.getDate();
}

/**
 * Whether a host name in a log is the host that is meant. Syslog writes the short or the full name
 * as its configuration has it, so a name without a dot matches the first label of one with.
 */
export function sameHost(a: string, b: string): boolean {
  const [x, y] = [a.toLowerCase(), b.toLowerCase()];
  if (x === y) return true;
  if (x.includes('.') === y.includes('.')) return false;
  return x.split('.')[0] === y.split('.')[0];
}
