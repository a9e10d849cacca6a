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
  /** `ms`: how long clients wait that are not in the access map; absent: no other client waits. */
  | {
      readonly kind: 'on';
      readonly ms?: number;
      readonly accessMap: 'asked' | 'notAsked';
      /** Where the access map is, without the ending of its database; absent: there is none. */
      readonly accessFile?: string;
    };

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
  const [, accessFile] = /^Kaccess .*?(\/\S+)\s*$/m.exec(text) ?? [];
  return {
    ...{kind: 'on', accessMap},
    ...(ms !== undefined && {ms}),
    ...(accessFile !== undefined && {accessFile: accessFile.replace(/\.(?:db|cdb)$/, '')}),
  };
}

/**
 * Which clients wait although the operator did not intend it. sendmail takes the longest key that
 * matches; a key that is a name is only known of this machine itself.
 *
 * @param text of the access map
 * @param exempt networks that should wait for nothing
 * @returns those that still wait, without those that no keys can name
 */
export function waitingIn(text: string, exempt: readonly Network[]): readonly Network[] {
  const entries = new Map<string, number>();
  for (const [, key = '', ms = ''] of text.matchAll(/^GreetPause:(\S+)[ \t]+(\d{1,9})\s*$/gim)) {
    entries.set(key.toLowerCase(), Number(ms));
  }
  const isNameSpared = entries.get('localhost') === 0;
  const isSpared = (key: string): boolean => {
    for (let at: string = key.toLowerCase(); at !== ''; at = at.replace(/[.:]?[^.:]+$/, '')) {
      const ms = entries.get(at);
      if (ms !== undefined) return ms === 0;
    }
    return isNameSpared && isLoopback.test(key);
  };
  return exempt.filter((network) => accessKeys(network)?.every(isSpared) === false);
}

const isLoopback = /^(?:127\.|IPv6:0:0:0:0:0:0:0:1$)/;

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
