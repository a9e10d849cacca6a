/**
 * `blocksmtp tune`: reads old logs once, lets several policies judge them, and proposes one, with the price
 * of each. Asks no daemon and changes none; only `--write` creates a file.
 */
import {type ExitCode, exitCode} from '../face/exit.js';
import type {Surroundings} from '../face/surroundings.js';
import {readFiles} from '../replay/read-files.js';
import {LogReading, type ReplayPolicy} from '../replay/reading.js';
import {SharedExemptions} from '../replay/shared-exemptions.js';
import {jsonWithTimes} from '../../base/time-text.js';
import type {Config} from '../../config/schema.js';
import {changedBetween, doubtfulOf, pricesOf, witnessesIn} from '../../replay/prices.js';
import type {PolicyRun} from '../../replay/policy-run.js';
import {heardText} from '../../replay/replayed-text.js';
import {nowMs} from '../../sys/run/clock.js';
import {
  isSameFile,
  whyNotNew,
  whyNotReplaced,
  writeNewTextFile,
  writeTextFile,
} from '../../sys/disk/text-file.js';
import type {Log} from '../../sys/talk/log.js';
import {fragmentOf} from '../../tune/fragment.js';
import type {JudgedTrial} from '../../tune/price.js';
import {tuningText} from '../../tune/text/tuning-text.js';
import {type Trial, trialsAround} from '../../tune/trial.js';
import {tuning, type Tuning} from '../../tune/tuning.js';

export interface TuneWish {
  readonly form: 'text' | 'json';
  /** The file for the proposal; undefined: none. */
  readonly write?: string | undefined;
  /** Whether an existing file may be overwritten. */
  readonly over: 'nothing' | 'file';
  /** The configuration file in force, which is never overwritten; default: none. */
  readonly inForce?: string | undefined;
}

/** The share of the log's days, after the first, on which the choice is made. */
const fitShare = 0.6;
/** Readable by everybody, like the configuration file that the package installs. */
const fragmentMode = 0o644;

export async function tune(
  files: readonly string[],
  config: Config,
  wish: TuneWish,
  log: Log,
  output: Pick<Surroundings['output'], 'print' | 'progress'>,
): Promise<ExitCode> {
  const unwritable = wish.write === undefined ? undefined : whyNot(wish.write, wish, files);
  if (unwritable !== undefined) {
    log.say('error', unwritable);
    return exitCode.unavailable;
  }
  const trials = trialsAround(config);
  const reading = new LogReading(policiesOf(trials, config, log), 'many');
  try {
    await readFiles(files, reading, config, output.progress);
  } catch (error) {
    log.say('error', (error as Error).message);
    return exitCode.unavailable;
  } finally {
    output.progress.end();
  }
  const runs = reading.end();
  const found = tuningOf(runs, trials, reading, files, config);
  const {heard} = runs[0]!.replayed;
  const text = wish.form === 'json' ? `${jsonWithTimes(found)}\n` : tuningText(found);
  output.print(heard === undefined || wish.form === 'json' ? text : `${text}${heardText(heard)}`);
  if (heard?.verdict === 'deaf') return exitCode.no;
  return wish.write === undefined ? exitCode.ok : written(found, wish.write, wish.over, log);
}

function policiesOf(
  trials: readonly Trial[],
  config: Config,
  log: Log,
): [ReplayPolicy, ...ReplayPolicy[]] {
  const exemptions = new SharedExemptions(log.say).of(config);
  const [first, ...rest] = trials.map(({threshold, blockTime}, at): ReplayPolicy => {
    const tried = {...config, threshold, blockTime};
    return {name: String(at), config: tried, exemptions, onOutcome: () => undefined};
  });
  return [first!, ...rest];
}

function tuningOf(
  runs: readonly PolicyRun[],
  trials: readonly Trial[],
  {days}: LogReading,
  files: readonly string[],
  config: Config,
): Tuning {
  const policies = runs.map(({dealings}) => dealings);
  const {ledger} = policies[0]!;
  const cut = days.cut(fitShare);
  const nothing = {first: 1, last: 0};
  const fit = cut === undefined ? nothing : {first: 1, last: cut.lastFitSlice};
  const check = cut === undefined ? nothing : {first: cut.lastFitSlice + 1, last: cut.lastSlice};
  const whole = {first: 1, last: days.slice};
  const [ofFit, ofCheck, ofWhole] = [fit, check, whole].map((slices) =>
    pricesOf(ledger, policies, slices),
  );
  const judged = trials.map((trial, at): JudgedTrial => {
    return {...trial, fit: ofFit![at]!, check: ofCheck![at]!, whole: ofWhole![at]!};
  });
  const today = policies[trials.findIndex(({is}) => is === 'today')]!;
  return tuning(config, {
    log: {
      ...{files, lines: runs[0]!.replayed.lines, ...days.span, days: days.days},
      ...{fitDays: cut?.fitDays ?? 0, checkDays: cut?.checkDays ?? 0},
      ...{fit: witnessesIn(ledger, fit), check: witnessesIn(ledger, check)},
      ...{whole: witnessesIn(ledger, whole), forgottenSenders: ledger.forgottenSenders},
    },
    trials: judged,
    likelyInnocent: doubtfulOf(ledger, today, whole),
    changedBy: (trial) => changedBetween(ledger, today, policies[judged.indexOf(trial)]!, whole),
  });
}

/** Checked before the log is read, which may take minutes. */
function whyNot(
  path: string,
  {over, inForce}: TuneWish,
  files: readonly string[],
): string | undefined {
  if (over === 'nothing') {
    const why = whyNotNew(path);
    return why === 'there' ? `${path}: ${thereAlready}` : why;
  }
  if (inForce !== undefined && isSameFile(path, inForce)) {
    return `${path}: this configuration is in force, and the proposal is one setting of it: name another file`;
  }
  if (files.some((file) => isSameFile(path, file))) {
    return `${path}: this log is to be read: name another file`;
  }
  return whyNotReplaced(path);
}

const thereAlready = 'it is there already: name another file, or add --force';

function written(found: Tuning, path: string, over: TuneWish['over'], log: Log): ExitCode {
  const text = fragmentOf(found, nowMs());
  if (text === undefined) {
    log.say('error', `${path}: not written: nothing is to be changed`);
    return exitCode.no;
  }
  try {
    if (over === 'file') writeTextFile(path, text, fragmentMode);
    else if (writeNewTextFile(path, text, fragmentMode) === 'there') {
      log.say('error', `${path}: ${thereAlready}`);
      return exitCode.unavailable;
    }
    return exitCode.ok;
  } catch (error) {
    log.say('error', (error as Error).message);
  }
  return exitCode.unavailable;
}
