/**
 * Reads the configuration with which a daemon starts, or which it is asked to apply, and checks the
 * files that it names. Finds every problem. `course/step.ts` decides whether it replaces the one in
 * force.
 */
import type {Problem} from '../../base/problem.js';
import type {Options} from '../../config/options.js';
import {type Config, flagOf, keyOf, settings} from '../../config/schema.js';
import type {ReadConfig} from '../../course/course.js';
import {noWhitelist} from '../../course/step.js';
import {configOf, type Configured} from './configuration.js';
import {machineText} from './machine-text.js';
import {parseWhitelist} from '../../net/whitelist.js';
import {badLinesText} from '../../score/whitelist-view.js';
import {readTextFile, whyNotAppended} from '../../sys/disk/text-file.js';

type Checked =
  | Extract<Configured, {kind: 'config'}>
  | {
      readonly kind: 'problems';
      readonly problems: readonly Problem[];
      /** As in `Configured`. */
      readonly likely: Config;
    };

/** The configuration for a running daemon, with what decides whether the daemon can apply it. */
export function readConfig(options: Options, text?: string): ReadConfig {
  const parsed = checked(options, text);
  if (parsed.kind === 'problems') return parsed;
  const {config} = parsed;
  const whitelist = readTextFile(config.whiteList);
  const whitelistFailure = whitelist.kind === 'text' ? undefined : whitelist.why;
  const {whiteList: file} = config;
  const lines = whitelist.kind === 'text' ? whitelist.text : '';
  const whitelistNote = badLinesText(file, parseWhitelist(file, lines).problems.length);
  return {...parsed, whitelistFailure, whitelistNote, machine: machineText(config)};
}

/**
 * Checks the log file, and the whitelist if the configuration or a flag names it: without it, innocent
 * clients could be blocked. Creates the log file if it is missing, as after a rotation.
 *
 * @param text of the configuration file; default: its present contents
 * @param whyNotLogged tries the log file; default: creates it
 */
export function checked(options: Options, text?: string, whyNotLogged = whyNotAppended): Checked {
  const parsed = configOf(options, text);
  const problems = parsed.kind === 'problems' ? [...parsed.problems] : [];
  const fileOf = (name: 'whiteList' | 'logFile'): string => {
    const told = problems.some(({where}) => where === flagOf(name));
    const flag = told ? undefined : options[name];
    const written = parsed.kind === 'config' ? parsed.config[name] : flag;
    return flag === undefined && written === settings[name].standard ? '' : String(written ?? '');
  };
  const placeOf = (name: 'whiteList' | 'logFile'): Pick<Problem, 'where' | 'key'> =>
    options[name] === undefined ? {where: keyOf(name), key: keyOf(name)} : {where: flagOf(name)};
  const [whiteList, logFile] = [fileOf('whiteList'), fileOf('logFile')];
  const read = whiteList === '' ? undefined : readTextFile(whiteList);
  if (read !== undefined && read.kind !== 'text') {
    problems.push({...noWhitelist('', read.why), ...placeOf('whiteList')});
  }
  const refused = logFile === '' ? undefined : whyNotLogged(logFile);
  if (refused !== undefined) {
    problems.push({
      ...placeOf('logFile'),
      what: refused,
      expected: 'a file that can be written',
    });
  }
  const likely = parsed.kind === 'config' ? parsed.config : parsed.likely;
  return problems.length === 0 ? parsed : {kind: 'problems', problems, likely};
}
