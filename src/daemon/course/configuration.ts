/** Makes one configuration from the command line and the file that it names. */
import type {Problem} from '../../base/problem.js';
import type {Raw} from '../../config/kinds/kind.js';
import {isFlag, type Options} from '../../config/options.js';
import {obsoleteNotices} from '../../config/obsolete.js';
import {type ConfigSources, parseConfig} from '../../config/parse.js';
import {type Config, keyOf, type SettingName, settingNames} from '../../config/schema.js';
import {parseConfigText, readConfigFile} from '../../sys/disk/config-file.js';
import {isSchedule} from '../../sys/run/schedule.js';

export type Configured =
  | {
      readonly kind: 'config';
      readonly config: Config;
      /** The text of the file from which this configuration was read; empty if there is none. */
      readonly text: string;
    }
  | {
      readonly kind: 'problems';
      readonly problems: readonly Problem[];
      /**
       * Good enough to ask a running daemon: an operator must be able to unblock a client at night even if the
       * file has a typing error. Undefined with a bad flag, which the operator can correct, and if the socket is
       * unknown: a daemon with another file may listen at the default one.
       */
      readonly usable: Config | undefined;
      /**
       * The same, whatever is bad. Do not act on it; it only says where the state and the last good configuration
       * may be.
       */
      readonly likely: Config;
    };

/**
 * Reads the file that the options name, or the default one, which may be missing.
 *
 * @param text of the file; default: its present contents
 */
export function configOf(options: Options, text?: string): Configured {
  const {path, file} = fileOf(options, text);
  const flags: Partial<Record<SettingName, Raw>> = {};
  for (const name of settingNames) {
    const value = options[name];
    if (value !== undefined) flags[name] = value;
  }
  const read = file.kind === 'table' ? file : file.rest;
  const parsed = parsedWith({flags, file: path, table: read?.table ?? {}, isSchedule}, read?.lines);
  if (file.kind === 'table' && parsed.kind === 'config') return {...parsed, text: file.text};
  const [found, usable] =
    parsed.kind === 'config' ? [[], parsed.config] : [parsed.problems, parsed.usable];
  // The flags and the good lines are checked too, because each problem reported later costs another start.
  const problems = file.kind === 'table' ? found : [...file.problems, ...found];
  const isSocketKnown =
    options.controlSocket !== undefined ||
    options.config === undefined ||
    (file.kind === 'table' &&
      !problems.some(({where, key}) => !isFlag(where) && key === keyOf('controlSocket')));
  const canAsk = isSocketKnown && !problems.some(({where}) => isFlag(where));
  return {kind: 'problems', problems, usable: canAsk ? usable : undefined, likely: usable};
}

/** Looks up the lines of the keys only if there is a problem, because that parses the whole file again. */
function parsedWith(
  sources: ConfigSources,
  lines: (() => ReadonlyMap<string, number>) | undefined,
): ReturnType<typeof parseConfig> {
  const parsed = parseConfig(sources);
  if (parsed.kind === 'config' || lines === undefined) return parsed;
  return parseConfig({...sources, lines: lines()});
}

function fileOf(options: Options, text: string | undefined) {
  const path = options.config ?? defaultConfigFile;
  const need = options.config === undefined ? 'optional' : 'required';
  const file = text === undefined ? readConfigFile(path, need) : parseConfigText(path, text);
  return {path, file};
}

/** The line of each key in the file that the options name, as far as known. */
export function linesOfKeys(options: Options): ReadonlyMap<string, number> {
  const {file} = fileOf(options, undefined);
  return (file.kind === 'table' ? file : file.rest)?.lines() ?? new Map<string, number>();
}

/**
 * The obsolete settings in the file or on the command line, one log line for each.
 *
 * @param text of the configuration file; default: its present contents
 */
export function noLongerUsed(options: Options, text?: string): string[] {
  const {path, file} = fileOf(options, text);
  return obsoleteNotices(options, path, file.kind === 'table' ? file.table : {});
}

export const defaultConfigFile = '/etc/blocksmtp/blocksmtp.toml';
