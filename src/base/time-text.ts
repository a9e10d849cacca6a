/**
 * Writes times, for every output: no other file does. People get the local time of this machine, always with its
 * offset from UTC; programs and people elsewhere get UTC. Pure: the time is an argument.
 */

import {asciiJson} from './printable.js';

const minuteMs = 60_000;

/**
 * `2026-11-28T09:03:00Z`: for programs, and complaints sent elsewhere. @param ms since the epoch; fractions of a
 * second are cut off
 */
export const isoTime = (ms: number): string => preciseTime(ms).replace(/\.\d+/, '');

/** `2026-11-28T09:03:00.250Z`: where two events within a second must keep their order. @param ms since the epoch */
export const preciseTime = (ms: number): string => new Date(ms).toISOString();

/**
 * `2026-11-28T10:03:00+01:00`: for people. It is one word, in the format in which most machines' syslog stamps the
 * mail log, so a reader can compare the two, search for it and pass it to date(1).
 *
 * @param ms since the epoch; fractions of a second are cut off
 */
export const localTime = (ms: number): string =>
  `${shifted(ms).slice(0, -'.mmmZ'.length)}${zoneOf(ms)}`;

/** The same with milliseconds: for lines of our own log. @param ms since the epoch */
export const localStamp = (ms: number): string => `${shifted(ms).slice(0, -1)}${zoneOf(ms)}`;

/** `2026-11-28T09:03:00`: UTC, without saying so, as iptables reads and prints it. @param ms since the epoch */
export const kernelTime = (ms: number): string => isoTime(ms).slice(0, -1);

/** `Sat, 28 Nov 2026 09:03:00 +0000`: for a mail (RFC 5322, section 3.3). @param ms since the epoch */
export const mailTime = (ms: number): string => new Date(ms).toUTCString().replace('GMT', '+0000');

/** The digits of the local time, in a text that claims to be UTC. */
const shifted = (ms: number): string => preciseTime(ms + eastMinutes(ms) * minuteMs);

const eastMinutes = (ms: number): number => -new Date(ms).getTimezoneOffset();

/** `+01:00`: the offset of this machine at that time; it may change twice a year. */
function zoneOf(ms: number): string {
  const east = eastMinutes(ms);
  const [hours, minutes] = [Math.floor(Math.abs(east) / 60), Math.round(Math.abs(east) % 60)];
  const digits = [hours, minutes].map((each) => String(each).padStart(2, '0')).join(':');
  return `${east < 0 ? '-' : '+'}${digits}`;
}

/**
 * `local time, +01:00`: the caption for times printed without their offset. If the offset changed in between:
 * `local time, +02:00, later +01:00`.
 *
 * @param fromMs the first time, ms since the epoch
 * @param untilMs the last time; less than half a year later
 */
export function zoneText(fromMs: number, untilMs: number): string {
  const [first, last] = [zoneOf(fromMs), zoneOf(untilMs)];
  return `local time, ${first === last ? first : `${first}, later ${last}`}`;
}

/** A smaller number is a duration, not a time: it would lie in the first three years of the epoch. Ms. */
const firstTimeMs = 1e11;

/**
 * A value as `--json` prints it (`asciiJson`). Next to each time in ms (`untilMs`) it adds the same time in ISO
 * 8601, UTC (`untilTime`).
 */
export const jsonWithTimes = (value: unknown, indent?: number): string =>
  asciiJson(withTimes(value), indent);

function withTimes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withTimes);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, each]) => {
      const isTime = name.endsWith('Ms') && typeof each === 'number' && each >= firstTimeMs;
      const time = isTime ? [[`${name.slice(0, -2)}Time`, textOf(each)] as const] : [];
      return [[name, withTimes(each)] as const, ...time];
    }),
  );
}

/** The latest time that a calendar has. Ms: the end of a ten-year block is a time, what lies beyond is not. */
const latestMs = 8.64e15;

const textOf = (ms: number): string | null => (ms > latestMs ? null : isoTime(ms));
