/**
 * Which files and programs of the settings do not work for the running daemon in its sandbox.
 * Leaves out what other parts report: a log or a whitelist that cannot be read, a state that cannot
 * be saved. A control socket that cannot be made is reported in the daemon's log, for no command
 * reaches the daemon then.
 */
import {type Config, keyOf, type SettingName} from '../config/schema.js';
import type {PathTrouble} from '../report/status.js';
import {whyNotRun, whyNotWritten} from '../sys/disk/text-file.js';

type Paths = Pick<Config, 'logFile' | 'warnCommand' | 'mailActionCommand'>;

/** @param metrics why the metrics file was not written the last time; undefined: it was, or has no path */
export function pathTroubles(config: Paths, metrics: string | undefined): PathTrouble[] {
  const look = (name: keyof Paths, why: (path: string) => string | undefined) => {
    const path = config[name];
    return [name, typeof path === 'string' && path !== '' ? why(path) : undefined] as const;
  };
  const found: (readonly [SettingName, string | undefined])[] = [
    look('logFile', whyNotWritten),
    ['metricsFile', metrics],
    look('warnCommand', whyNotRun),
    look('mailActionCommand', whyNotRun),
  ];
  return found.flatMap(([name, what]) => (what === undefined ? [] : {key: keyOf(name), what}));
}
