/**
 * How every output writes a time: the only place that does. People get the local time of this machine, always with
 * its distance from UTC; programs and people elsewhere get UTC. Knows no clock: the time is an argument.
 */

import {asciiJson} from './printable.js';

/** Ms in a minute. */
const minuteMs = 60_000;

/** `2026-11-28T09:03:00Z`: for programs, and in letters to others. @param ms since the epoch; parts of a second are cut off */
export const isoTime = (ms: number): string => preciseTime(ms).replace(/\.\d+/, '');

/** `2026-11-28T09:03:00.250Z`: where two events within a second must keep their order. @param ms since the epoch */
export const preciseTime = (ms: number): string => new Date(ms).toISOString();

/**
 * `2026-11-28T10:03:00+01:00`: for people. One word, as the syslog of most machines stamps the mail log, so both can
 * be compared by eye, searched for and given to date(1).
 *
 * @param ms since the epoch; parts of a second are cut off
 */
export const localTime = (ms: number): string =>
  `${shifted(ms).slice(0, -'.mmmZ'.length)}${zoneOf(ms)}`;

/** The same to the thousandth of a second: for lines of our own log. @param ms since the epoch */
export const localStamp = (ms: number): string => `${shifted(ms).slice(0, -1)}${zoneOf(ms)}`;

/** `2026-11-28T09:03:00`: UTC without a word of it, as iptables reads and prints it. @param ms since the epoch */
export const kernelTime = (ms: number): string => isoTime(ms).slice(0, -1);

/** `Sat, 28 Nov 2026 09:03:00 +0000`: of a mail (RFC 5322, section 3.3). @param ms since the epoch */
export const mailTime = (ms: number): string => new Date(ms).toUTCString().replace('GMT', '+0000');

/** The digits of the local time, in a text that calls it UTC. */
const shifted = (ms: number): string => preciseTime(ms + eastMinutes(ms) * minuteMs);

const eastMinutes = (ms: number): number => -new Date(ms).getTimezoneOffset();

/** `+01:00`: of this machine at that time, for it may change twice a year. */
function zoneOf(ms: number): string {
  const east = eastMinutes(ms);
  const [hours, minutes] = [Math.floor(Math.abs(east) / 60), Math.round(Math.abs(east) % 60)];
  const digits = [hours, minutes].map((each) => String(each).padStart(2, '0')).join(':');
  return `${east < 0 ? '-' : '+'}${digits}`;
}

/**
 * `local time, +01:00`: beside times that leave the zone out. Where it changed meanwhile:
 * `local time, +02:00, later +01:00`.
 *
 * @param fromMs of the first time, ms since the epoch
 * @param untilMs of the last one; less than half a year later
 */
export function zoneText(fromMs: number, untilMs: number): string {
  const [first, last] = [zoneOf(fromMs), zoneOf(untilMs)];
  return `local time, ${first === last ? first : `${first}, later ${last}`}`;
}

/** What is less is no time but a length: the first three years of the epoch. Ms. */
const firstTimeMs = 1e11;

/**
 * A value as `--json` prints it (`asciiJson`): beside each time in ms (`untilMs`) stands the same in ISO 8601, UTC
 * (`untilTime`).
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

/** A block of ten years is a time; what no calendar has is none. Ms. */
const latestMs = 8.64e15;

const textOf = (ms: number): string | null => (ms > latestMs ? null : isoTime(ms));
