/** One configuration, made of the command line and the file that it names. */
import type {Problem} from '../../base/problem.js';
import type {Raw} from '../../config/kinds/kind.js';
import {isFlag, type Options} from '../../config/options.js';
import {parseConfig} from '../../config/parse.js';
import {type Config, keyOf, type SettingName, settingNames} from '../../config/schema.js';
import {parseConfigText, readConfigFile} from '../../sys/disk/config-file.js';
import {isSchedule} from '../../sys/run/schedule.js';

export type Configured =
  | {
      readonly kind: 'config';
      readonly config: Config;
      /** Of the file, as it was read for this configuration; empty where there is none. */
      readonly text: string;
    }
  | {
      readonly kind: 'problems';
      readonly problems: readonly Problem[];
      /**
       * What a daemon that runs can be asked with all the same: at night, with a typing error in the
       * file, somebody must be let in. Undefined with a bad flag, which is the asker's own, and where
       * nobody knows the socket: the default one may be that of another daemon than the file's.
       */
      readonly usable: Config | undefined;
    };

/**
 * Reads the file that the options name, or the default one, which need not be there.
 *
 * @param text what stands in the file; default: what does now
 */
export function configOf(options: Options, text?: string): Configured {
  const path = options.config ?? defaultConfigFile;
  const need = options.config === undefined ? 'optional' : 'required';
  const file = text === undefined ? readConfigFile(path, need) : parseConfigText(path, text);
  const flags: Partial<Record<SettingName, Raw>> = {};
  for (const name of settingNames) {
    const value = options[name];
    if (value !== undefined) flags[name] = value;
  }
  const table = file.kind === 'table' ? file.table : {};
  const parsed = parseConfig({flags, file: path, table, isSchedule});
  if (file.kind === 'table' && parsed.kind === 'config') return {...parsed, text: file.text};
  const [found, usable] =
    parsed.kind === 'config' ? [[], parsed.config] : [parsed.problems, parsed.usable];
  // The flags can be judged without the file, and each problem told later costs another start.
  const problems =
    file.kind === 'table' ? found : [file.problem, ...found.filter(({where}) => isFlag(where))];
  const isSocketKnown =
    options.controlSocket !== undefined ||
    options.config === undefined ||
    (file.kind === 'table' &&
      !problems.some(({where}) => where === `${path}: ${keyOf('controlSocket')}`));
  const canAsk = isSocketKnown && !problems.some(({where}) => isFlag(where));
  return {kind: 'problems', problems, usable: canAsk ? usable : undefined};
}

export const defaultConfigFile = '/etc/blocksmtp/blocksmtp.toml';
