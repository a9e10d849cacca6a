/** Kinds with a single value: numbers, times, text, paths, words. */
import {durationText, readDuration} from '../../base/duration.js';
import {type Address, parseAddress} from '../../net/address.js';
import type {Kind} from './kind.js';

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

/** Shown where they are within the bounds. */
const exampleTimes = ['90s', '10m', '1h', '7d'];

/** A time such as `90s`, `10m`, `1h`, `7d` or bare seconds. Its value is in seconds. */
export function duration(least: string, most: string): Kind<number> {
  const [leastSeconds, mostSeconds] = [readDuration(least), readDuration(most)];
  if (leastSeconds === undefined || mostSeconds === undefined) throw new Error(`${least} ${most}`);
  const isWithin = (seconds: number | undefined): seconds is number =>
    seconds !== undefined && seconds >= leastSeconds && seconds <= mostSeconds;
  const examples = exampleTimes.filter((time) => isWithin(readDuration(time)));
  const such = (examples.length > 0 ? examples : [most]).join(', ');
  const bounds = `a time from ${least} to ${most}, such as ${such}, or bare seconds`;
  return {
    placeholder: 'TIME',
    bounds,
    write: (value) => JSON.stringify(durationText(value)),
    read: (raw) => {
      const value = readDuration(String(raw));
      return isWithin(value) ? {ok: true, value} : {ok: false, expected: bounds};
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

/**
 * An absolute path, so that it means the same under init, under systemd and in a shell; or nothing.
 */
export const path = text(/^\/[^\0\n]{0,4095}$/, 'a path that begins with /', 'PATH');
export const optionalPath = text(/^(?:\/[^\0\n]{0,4095})?$/, 'a path that begins with /', 'PATH');

/** A schedule as in cron(5): five fields, or six with the seconds first. */
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

/** One of several words. */
export function choice<Word extends string>(...words: readonly Word[]): Kind<Word> {
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

/** On or off: a flag without a value; `true` or `false` in the file. */
export const onOff: Kind<boolean> = {
  placeholder: undefined,
  bounds: 'true or false',
  write: String,
  read: (raw) =>
    typeof raw === 'boolean' ? {ok: true, value: raw} : {ok: false, expected: 'true or false'},
};
