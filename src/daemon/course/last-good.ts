/**
 * Keeps the text of the configuration that was last in force, and starts with it if the file has gone
 * bad since: a daemon that refused to start would guard nothing. Does not keep the command line: the
 * present one counts. A trial stores its own way back (`trial-file.ts`).
 */
import {type Problem, problemsText} from '../../base/problem.js';
import {isFlag, type Options} from '../../config/options.js';
import type {Config} from '../../config/schema.js';
import {badFileTrouble} from '../../config/trial.js';
import type {NextLife} from '../../course/course.js';
import {checked} from './checked.js';
import {defaultConfigFile} from './configuration.js';
import {readTrial, writeTrial} from './trial-file.js';
import {readTextFile, writeTextFile} from '../../sys/disk/text-file.js';

/** As TOML, so that an administrator can copy it over the bad file. */
const fileOf = (stateDir: string): string => `${stateDir}/last-good.toml`;

/** Only its owner may read a configuration. */
const mode = 0o600;

/**
 * The first line: which configuration file the text comes from. Two daemons may have used one state.
 */
const headOf = ({config = defaultConfigFile}: Options): string =>
  `# Kept by blocksmtp: what was last in force of ${JSON.stringify(config)}\n`;

/** @returns undefined: nothing was kept for this file */
export function readLastGood(stateDir: string, options: Options): string | undefined {
  const read = readTextFile(fileOf(stateDir));
  const head = headOf(options);
  if (read.kind !== 'text' || !read.text.startsWith(head)) return undefined;
  return read.text.slice(head.length);
}

/** Does not write what the file contains already. @throws if the disk refuses */
export function keepLastGood(stateDir: string, options: Options, text: string): void {
  if (readLastGood(stateDir, options) === text) return;
  writeTextFile(fileOf(stateDir), `${headOf(options)}${text}`, mode);
}

/**
 * The life under the last good configuration, if the file is bad. None with a bad flag, which the
 * operator has just given. None if the file asks for a dry run, because the last good configuration
 * would block.
 *
 * @param likely the configuration with the default for each bad value
 */
export function lastGoodLife(
  options: Options,
  problems: readonly Problem[],
  likely: Config,
):
  | {readonly kind: 'life'; readonly life: NextLife}
  | {readonly kind: 'none'; readonly problems: readonly Problem[]} {
  if (likely.dryRun || problems.some(({where}) => isFlag(where))) return {kind: 'none', problems};
  const {stateDir} = likely;
  const trial = readTrial(stateDir);
  const texts = new Set([readLastGood(stateDir, options), trial?.before]);
  const refused: Problem[] = [];
  for (const text of texts) {
    if (text === undefined) continue;
    const read = checked(options, text);
    if (read.kind === 'problems') {
      const what = `the last good configuration is refused too: ${problemsText(read.problems)}`;
      refused.push({where: fileOf(stateDir), what, expected: 'one that can be taken'});
      continue;
    }
    const {config} = read;
    // A daemon whose state was elsewhere kept this text.
    if (config.stateDir !== stateDir || config.dryRun) continue;
    const badFile = problemsText(problems);
    const lift = trial?.kind === 'running' ? {liftSinceMs: trial.sinceMs} : {};
    const message = badFileTrouble(badFile);
    const life = {config, text, badFile, ...lift, why: {level: 'error', message}} as const;
    return {
      kind: 'life',
      life: trial === undefined ? life : {...life, trial: failedNow(stateDir, trial)},
    };
  }
  return {kind: 'none', problems: [...problems, ...refused]};
}

/** Nobody can confirm the trial any more. */
function failedNow(stateDir: string, trial: NonNullable<NextLife['trial']>): typeof trial {
  const failed = {...trial, kind: 'failed'} as const;
  try {
    if (trial.kind !== 'failed') writeTrial(stateDir, failed);
  } catch {
    // The next start finds the trial unchanged.
  }
  return failed;
}
