/**
 * Which files and programs of the settings do not work for the running daemon in its sandbox. Leaves out
 * what other parts report: a log or a whitelist that cannot be read, a state that cannot be saved. A
 * missing control socket is reported in the daemon's log, because no command reaches the daemon then.
 */
import {type Config, keyOf, type SettingName} from '../config/schema.js';
import type {PathTrouble} from '../report/status.js';
import {whyNotRun, whyNotWritten} from '../sys/disk/text-file.js';

type Paths = Pick<Config, 'logFile' | 'warnCommand' | 'mailActionCommand'>;

/**
 * @param metrics why the last write of the metrics file failed; undefined: it succeeded, or there is no
 *   file
 */
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
