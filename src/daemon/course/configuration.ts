/** Makes one configuration of the command line and of the file that it names. */
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
      /** The text of the file that this configuration was read from; empty where there is none. */
      readonly text: string;
    }
  | {
      readonly kind: 'problems';
      readonly problems: readonly Problem[];
      /**
       * Enough to ask a running daemon: an operator must be able to unblock somebody at night, even with
       * a typing error in the file. Undefined with a bad flag, which the asker can correct, and where the
       * socket is not known: a daemon with another file may listen at the default one.
       */
      readonly usable: Config | undefined;
      /** The same whatever is bad. Nobody may act on it; it says where the last good one and the state may be. */
      readonly likely: Config;
    };

/**
 * Reads the file that the options name, or the default one, which may be missing.
 *
 * @param text of the file; default: what it holds now
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
  // The flags and the good lines can be checked too: each problem reported later costs another start.
  const problems = file.kind === 'table' ? found : [...file.problems, ...found];
  const isSocketKnown =
    options.controlSocket !== undefined ||
    options.config === undefined ||
    (file.kind === 'table' &&
      !problems.some(({where}) => where === `${path}: ${keyOf('controlSocket')}`));
  const canAsk = isSocketKnown && !problems.some(({where}) => isFlag(where));
  return {kind: 'problems', problems, usable: canAsk ? usable : undefined, likely: usable};
}

/** Looks for the lines of the keys only where there is a problem: all of the file is read again for it. */
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

/** On which line of the file that the options name each key stands, as far as that is known. */
export function linesOfKeys(options: Options): ReadonlyMap<string, number> {
  const {file} = fileOf(options, undefined);
  return (file.kind === 'table' ? file : file.rest)?.lines() ?? new Map<string, number>();
}

/**
 * What is written in the file or on the command line and decides nothing any more: a line for each.
 *
 * @param text of the configuration file; default: what it holds now
 */
export function noLongerUsed(options: Options, text?: string): string[] {
  const {path, file} = fileOf(options, text);
  return obsoleteNotices(options, path, file.kind === 'table' ? file.table : {});
}

export const defaultConfigFile = '/etc/blocksmtp/blocksmtp.toml';
