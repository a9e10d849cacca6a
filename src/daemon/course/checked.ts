/**
 * The configuration that a daemon starts with, or takes over while it runs: read, and held against
 * the files that it names and against the one in force. Finds every problem.
 */
import type {Problem} from '../../base/problem.js';
import type {Options} from '../../config/options.js';
import {type Config, flagOf, keyOf, settings} from '../../config/schema.js';
import {configOf, type Configured} from './configuration.js';
import {readTextFile, whyNotAppended} from '../../sys/disk/text-file.js';

export type Checked =
  | Extract<Configured, {kind: 'config'}>
  | {readonly kind: 'problems'; readonly problems: readonly Problem[]};

/**
 * What can be taken over from a configuration in force: a bad one is refused as a whole, and so is
 * one that would lose the whitelist or leave the state behind.
 *
 * @param whitelist whether one has been read: from then on none may be lost
 */
export function checkedReload(
  options: Options,
  before: Config,
  whitelist: 'had' | 'hadNone',
): Checked {
  const parsed = checked(options);
  if (parsed.kind === 'problems') return parsed;
  const {config} = parsed;
  const problems: Problem[] = [];
  if (config.stateDir !== before.stateDir) {
    const expected = `${before.stateDir} until the daemon is started anew`;
    problems.push({where: keyOf('stateDir'), what: config.stateDir, expected});
  }
  const read = readTextFile(config.whiteList);
  if (whitelist === 'had' && read.kind !== 'text') {
    problems.push(noWhitelist(keyOf('whiteList'), read.why));
  }
  return problems.length === 0 ? parsed : {kind: 'problems', problems};
}

function noWhitelist(where: string, why: string): Problem {
  const expected = 'a whitelist that can be read; without it innocents could be blocked';
  return {where, what: why, expected};
}

/**
 * The configuration, and with it the files that it names: the whitelist, if it was asked for by name,
 * because innocents depend on it, and the log file.
 *
 * @param text what stands in the file; default: what does now
 */
export function checked(options: Options, text?: string): Checked {
  const parsed = configOf(options, text);
  const problems = parsed.kind === 'problems' ? [...parsed.problems] : [];
  const fileOf = (name: 'whiteList' | 'logFile'): string => {
    const told = problems.some(({where}) => where === flagOf(name));
    const flag = told ? undefined : options[name];
    const written = parsed.kind === 'config' ? parsed.config[name] : flag;
    return flag === undefined && written === settings[name].standard ? '' : String(written ?? '');
  };
  const placeOf = (name: 'whiteList' | 'logFile'): string =>
    options[name] === undefined ? keyOf(name) : flagOf(name);
  const [whiteList, logFile] = [fileOf('whiteList'), fileOf('logFile')];
  const read = whiteList === '' ? undefined : readTextFile(whiteList);
  if (read !== undefined && read.kind !== 'text') {
    problems.push(noWhitelist(placeOf('whiteList'), read.why));
  }
  const refused = logFile === '' ? undefined : whyNotAppended(logFile);
  if (refused !== undefined) {
    problems.push({
      where: placeOf('logFile'),
      what: refused,
      expected: 'a file that can be written',
    });
  }
  return problems.length === 0 ? parsed : {kind: 'problems', problems};
}
