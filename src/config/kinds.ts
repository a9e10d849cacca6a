/**
 * The kinds of values a setting can have: how each is read from a flag (always text) or from the
 * file (text, number, truth), and how it is written. Decides bounds of one value; what two values
 * must be to each other is in `parse.ts`.
 */
import {durationText, readDuration} from '../base/duration.js';
import {type Address, parseAddress} from '../net/address.js';
import {type Network, parseNetwork} from '../net/network.js';

export type Raw = string | number | boolean;

export type Read<Value> =
  {readonly ok: true; readonly value: Value} | {readonly ok: false; readonly expected: string};

export interface Kind<Value> {
  /** Stands in the help for the value: `--threshold COUNT`; undefined for a switch. */
  readonly placeholder: string | undefined;
  readonly read: (raw: Raw) => Read<Value>;
  /** The value as TOML. */
  readonly write: (value: Value) => string;
  /** Unit and bounds, as a person reads them. */
  readonly bounds: string;
}

/** A whole number, or with `step: 'any'` any number. */
export function number(
  least: number,
  most: number,
  step: 'whole' | 'any',
  placeholder: string,
): Kind<number> {
  const bounds = `${step === 'whole' ? 'a whole number' : 'a number'} from ${least} to ${most}`;
  return {
    placeholder,
    bounds,
    write: String,
    read: (raw) => {
      const text = String(raw).trim();
      const value = /^\d{1,15}(?:\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
      const good = value >= least && value <= most && (step === 'any' || Number.isInteger(value));
      return good ? {ok: true, value} : {ok: false, expected: bounds};
    },
  };
}

/** A time, as `90s`, `10m`, `1h`, `7d` or bare seconds. Its value is in seconds. */
export function duration(least: string, most: string): Kind<number> {
  const bounds = `a time from ${least} to ${most}, such as 90s, 10m, 1h, 7d, or bare seconds`;
  const [leastSeconds, mostSeconds] = [readDuration(least), readDuration(most)];
  if (leastSeconds === undefined || mostSeconds === undefined) throw new Error(bounds);
  return {
    placeholder: 'TIME',
    bounds,
    write: (value) => JSON.stringify(durationText(value)),
    read: (raw) => {
      const value = readDuration(String(raw));
      return value !== undefined && value >= leastSeconds && value <= mostSeconds
        ? {ok: true, value}
        : {ok: false, expected: bounds};
    },
  };
}

/** Text of a certain shape; empty only if the shape allows it. */
export function text(shape: RegExp, bounds: string, placeholder: string): Kind<string> {
  return {
    placeholder,
    bounds,
    write: (value) => JSON.stringify(value),
    read: (raw) =>
      typeof raw === 'string' && shape.test(raw)
        ? {ok: true, value: raw}
        : {ok: false, expected: bounds},
  };
}

/** A path from the root, so that it means the same under init, systemd and in a shell; or nothing. */
export const path = text(/^\/[^\0\n]{0,4095}$/, 'a path that begins with /', 'PATH');
export const optionalPath = text(/^(?:\/[^\0\n]{0,4095})?$/, 'a path that begins with /', 'PATH');

const logSource = /^(?:auto|journal|\/(?:[^\0\n,*?]{0,4095}\/)?[^\0\n,/]{1,255})$/;

/** Where the log is: files, patterns, the journal; between commas. */
export const logSources: Kind<readonly string[]> = {
  placeholder: 'PATH',
  bounds:
    '`auto`, or paths that begin with / (`*` and `?` in the last part only) and the word `journal`, with commas between them',
  write: (value) => JSON.stringify(value.join(',')),
  read: (raw) => {
    const value = String(raw).split(',');
    const isAlone = value.length === 1 || !value.includes('auto');
    return isAlone && value.every((source) => logSource.test(source))
      ? {ok: true, value}
      : {ok: false, expected: logSources.bounds};
  },
};

/** Words of one shape with commas between them; empty text is none. */
export function list(
  shape: RegExp,
  most: number,
  bounds: string,
  placeholder: string,
): Kind<readonly string[]> {
  const expected = `${bounds}, at most ${most}, with commas between them`;
  return {
    placeholder,
    bounds: expected,
    write: (value) => JSON.stringify(value.join(',')),
    read: (raw) => {
      const value =
        raw === ''
          ? []
          : String(raw)
              .split(',')
              .map((word) => word.trim());
      return value.length <= most && value.every((word) => shape.test(word))
        ? {ok: true, value}
        : {ok: false, expected};
    },
  };
}

/** TCP ports with commas between them, at least one. */
export const ports: Kind<readonly number[]> = {
  placeholder: 'PORTS',
  bounds: 'one to eight ports from 1 to 65535, with commas between them',
  write: (value) => JSON.stringify(value.join(',')),
  read: (raw) => {
    const words = String(raw)
      .split(',')
      .map((word) => word.trim());
    const value = words.map((word) => (/^\d{1,5}$/.test(word) ? Number(word) : 0));
    const isGood = value.length <= 8 && value.every((port) => port >= 1 && port <= 65_535);
    return isGood ? {ok: true, value: [...new Set(value)]} : {ok: false, expected: ports.bounds};
  },
};

/** Networks with commas between them; empty text is none. */
export const networks: Kind<readonly Network[]> = {
  placeholder: 'NETWORKS',
  bounds:
    'addresses or networks such as 192.0.2.25 or 2001:db8::/32 (never /0), at most 64, with commas between them',
  write: (value) => JSON.stringify(value.map(({text}) => text).join(',')),
  read: (raw) => {
    const words = raw === '' ? [] : String(raw).split(',');
    const value = words.flatMap((word) => parseNetwork(word.trim()) ?? []);
    return value.length === words.length && value.length <= 64
      ? {ok: true, value}
      : {ok: false, expected: networks.bounds};
  },
};

/** A schedule in the way of cron(5), five fields, or six with seconds in front. */
export const schedule = text(
  /^[\w*/,?-]+(?: [\w*/,?-]+){4,5}$/,
  "five fields as in cron, such as '*/5 * * * *', or six with seconds first",
  'CRON',
);

export const optionalAddress: Kind<Address | undefined> = {
  placeholder: 'ADDRESS',
  bounds: 'an IPv4 or IPv6 address',
  write: (value) => JSON.stringify(value?.text ?? ''),
  read: (raw) => {
    if (raw === '') return {ok: true, value: undefined};
    const value = typeof raw === 'string' ? parseAddress(raw) : undefined;
    return value ? {ok: true, value} : {ok: false, expected: 'an IPv4 or IPv6 address'};
  },
};

/** One of some words. */
export function oneOf<Word extends string>(...words: readonly Word[]): Kind<Word> {
  const bounds = `one of ${words.join(', ')}`;
  return {
    placeholder: words.join('|'),
    bounds,
    write: (value) => JSON.stringify(value),
    read: (raw) => {
      const value = words.find((word) => word === raw);
      return value === undefined ? {ok: false, expected: bounds} : {ok: true, value};
    },
  };
}

/** On or off: a flag without a value, `true` or `false` in the file. */
export const onOff: Kind<boolean> = {
  placeholder: undefined,
  bounds: 'true or false',
  write: String,
  read: (raw) =>
    typeof raw === 'boolean' ? {ok: true, value: raw} : {ok: false, expected: 'true or false'},
};
