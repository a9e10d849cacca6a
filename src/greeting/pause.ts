/**
 * sendmail's own pause before the greeting, as its configuration file and its access map show it, and how a network is
 * written in an access map. Reads no file, and decides nothing about a client.
 */
import {addressOf} from '../net/address.js';
import {addressBytes} from '../net/address-bytes.js';
import type {Network} from '../net/network.js';

/** What sendmail.cf says. */
export type Pause =
  | {readonly kind: 'off'}
  /** `ms`: who is not in the access map waits so long; absent: nobody else waits. */
  | {readonly kind: 'on'; readonly ms?: number; readonly accessMap: 'asked' | 'notAsked'};

/** @param text of sendmail.cf: what `FEATURE(greet_pause)` has made in it */
export function pauseIn(text: string): Pause {
  const lines = text.split('\n');
  const from = lines.findIndex((line) => /^Sgreet_pause\b/.test(line));
  if (from < 0) return {kind: 'off'};
  const rest = lines.slice(from + 1);
  const end = rest.findIndex((line) => /^S/.test(line));
  const rules = (end < 0 ? rest : rest.slice(0, end)).filter((line) => line.startsWith('R'));
  const accessMap = rules.some((line) => line.includes('<! GreetPause>')) ? 'asked' : 'notAsked';
  const times = rules.flatMap((line) => /\t\$# (\d{1,9})(?:\s|$)/.exec(line)?.[1] ?? []);
  const [ms] = times.map(Number);
  return {kind: 'on', ...(ms !== undefined && {ms}), accessMap};
}

/** @param text of the access map. Whether loopback waits for nothing there */
export const sparesLoopback = (text: string): boolean =>
  /^GreetPause:(?:127(?:\.0\.0\.1|\.0\.0|\.0)?|localhost)\s+0\s*$/im.test(text);

/** Lines for one network. A count: a /18 between two classes; more would bury the others. */
export const mostKeys = 64;

/** IPv4 in whole numbers, IPv6 in whole groups, uncompressed as sendmail 8.15 and later write it. Bits. */
const stepBits = {4: 8, 6: 16} as const;

/** @returns the keys of an access map that match just this network; undefined: it would take too many */
export function accessKeys({family, first, prefix}: Network): readonly string[] | undefined {
  const step = stepBits[family];
  const bits = family === 4 ? 32 : 128;
  const whole = Math.max(step, Math.ceil(prefix / step) * step);
  const count = 2 ** (whole - prefix);
  if (count > mostKeys) return undefined;
  const size = 1n << BigInt(bits - whole);
  return Array.from({length: count}, (_, at) =>
    keyOf(family, first + BigInt(at) * size, whole / step),
  );
}

function keyOf(family: 4 | 6, value: bigint, parts: number): string {
  const address = addressOf(family, value);
  if (family === 4) return address.text.split('.').slice(0, parts).join('.');
  const bytes = addressBytes(address);
  const groups = Array.from({length: parts}, (_, at) =>
    ((bytes[2 * at] ?? 0) * 256 + (bytes[2 * at + 1] ?? 0)).toString(16),
  );
  return `IPv6:${groups.join(':')}`;
}
