/**
 * sendmail's own pause before the greeting. Finds it in the text of sendmail.cf, finds in the access map which networks
 * wait, and writes networks as keys of an access map. Reads no file, and decides nothing about a client.
 */
import {addressOf} from '../net/address.js';
import {addressBytes} from '../net/address-bytes.js';
import type {Network} from '../net/network.js';

/** What sendmail.cf says. */
export type Pause =
  | {readonly kind: 'off'}
  /** `ms`: how long a client waits that is not in the access map; absent: it does not wait. */
  | {
      readonly kind: 'on';
      readonly ms?: number;
      readonly accessMap: 'asked' | 'notAsked';
      /** Path of the access map, without the extension of its database; absent: there is no map. */
      readonly accessFile?: string;
    };

/** Finds what `FEATURE(greet_pause)` wrote. @param text of sendmail.cf */
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
 * Finds exempt networks that wait although they should not. sendmail uses the longest key that matches. A key
 * that is a host name is understood only if it names this machine.
 *
 * @param text of the access map
 * @param exempt networks that should not wait
 * @returns networks that still wait, except those that no keys can name
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

/** Keys for one network. A count: a /18 needs 64 keys; more would hide the keys of other networks. */
export const mostKeys = 64;

/**
 * A key holds whole numbers of IPv4, or whole groups of IPv6, uncompressed as sendmail 8.15 and later write it. Bits of
 * one number or group.
 */
const stepBits = {4: 8, 6: 16} as const;

/** @returns the keys of an access map that match exactly this network; undefined: they would be too many */
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
