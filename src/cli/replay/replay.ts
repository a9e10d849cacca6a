/**
 * `blocksmtp replay`: the daemon's own pipeline over old logs. Touches nothing; tells who would have
 * been blocked, when and why. The machine is not asked about processes that are long gone, so this
 * is what the log alone can tell, and the output says what that leaves out (`ReplayLimits`).
 *
 * A relay that had no blocker goes on to answer a client that is blocked here. What came while the
 * block would have stood is paid for with it.
 */
import {jsonWithTimes} from '../../base/time-text.js';
import type {Surroundings} from '../face/surroundings.js';
import {type ExitCode, exitCode} from '../face/exit.js';
import {readFiles} from './read-files.js';
import {LogReading, type ReplayPolicy} from './reading.js';
import {SharedExemptions} from './shared-exemptions.js';
import {problemText} from '../../base/problem.js';
import type {Config} from '../../config/schema.js';
import {configOf, defaultConfigFile} from '../../daemon/course/configuration.js';
import type {Outcome} from '../../guard/outcome.js';
import {compare} from '../../replay/comparison.js';
import {comparisonText} from '../../replay/comparison-text.js';
import {replayedText} from '../../replay/replayed-text.js';
import {voiceOf} from '../../report/outcome-text.js';
import type {Log} from '../../sys/talk/log.js';

/** How a replay is asked for. */
interface Wanted {
  readonly form: 'text' | 'json';
  /** The file of the present policy; undefined: the default one. */
  readonly config?: string | undefined;
  /** The file of a second policy; undefined: there is none. */
  readonly against?: string | undefined;
}

export async function replay(
  files: readonly string[],
  config: Config,
  wanted: Wanted,
  log: Log,
  output: Pick<Surroundings['output'], 'print' | 'progress'>,
): Promise<ExitCode> {
  const policies = policiesOf(config, wanted, log);
  if (policies.kind === 'problems') {
    for (const problem of policies.problems) log.say('error', problem);
    return exitCode.configuration;
  }
  try {
    const reading = new LogReading(policies.policies);
    await readFiles(files, reading, config, output.progress);
    const runs = reading.end();
    const {replayed} = runs[0]!;
    output.print(textOf(runs, wanted.form));
    return replayed.heard?.verdict === 'deaf' ? exitCode.no : exitCode.ok;
  } catch (error) {
    log.say('error', (error as Error).message);
    return exitCode.unavailable;
  } finally {
    output.progress.end();
  }
}

function textOf(runs: ReturnType<LogReading['end']>, form: Wanted['form']): string {
  const {replayed} = runs[0]!;
  if (runs.length === 1) {
    return form === 'json' ? `${jsonWithTimes(replayed)}\n` : replayedText(replayed);
  }
  const compared = compare(runs);
  return form === 'json' ? `${jsonWithTimes(compared)}\n` : comparisonText(compared);
}

type Policies =
  | {readonly kind: 'policies'; readonly policies: readonly [ReplayPolicy, ...ReplayPolicy[]]}
  | {readonly kind: 'problems'; readonly problems: readonly string[]};

/** The present policy, and the one that it is held against. */
function policiesOf(config: Config, {config: path, against}: Wanted, log: Log): Policies {
  const exemptions = new SharedExemptions(log.say);
  const first: ReplayPolicy = {
    ...{name: path ?? defaultConfigFile, config, exemptions: exemptions.of(config)},
    onOutcome: (outcome) => {
      sayEvidence(outcome, log);
    },
  };
  if (against === undefined) return {kind: 'policies', policies: [first]};
  const parsed = configOf({config: against});
  if (parsed.kind === 'problems') {
    return {kind: 'problems', problems: parsed.problems.map(problemText)};
  }
  const second: ReplayPolicy = {
    ...{name: against, config: parsed.config, exemptions: exemptions.of(parsed.config)},
    onOutcome: () => undefined,
  };
  return {kind: 'policies', policies: [first, second]};
}

function sayEvidence(outcome: Outcome, log: Log): void {
  if (outcome.kind !== 'counted' && outcome.kind !== 'exempt') return;
  if (!log.shows('info')) return;
  const voice = voiceOf(outcome, 0);
  if (voice.kind === 'line') log.say(voice.level, voice.message);
}
