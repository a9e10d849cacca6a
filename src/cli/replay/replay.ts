/**
 * `blocksmtp replay`: runs the daemon's own pipeline over old logs, and shows which clients it would
 * have blocked, when and why. Changes nothing. The processes in the log have ended, so the kernel is
 * not asked. The result is what the log alone can tell; the output says what that leaves out
 * (`ReplayLimits`).
 *
 * A relay without blocksmtp went on answering a client that the replay has blocked. Lines from the
 * time of a block therefore count nothing.
 */
import {jsonWithTimes} from '../../base/time-text.js';
import type {Surroundings} from '../face/surroundings.js';
import {type ExitCode, exitCode} from '../face/exit.js';
import {readFiles} from './read-files.js';
import {whyNoPage, writePage} from '../report/deliver.js';
import {LogReading, type ReplayPolicy} from './reading.js';
import {SharedExemptions} from './shared-exemptions.js';
import {problemText} from '../../base/problem.js';
import type {Config} from '../../config/schema.js';
import {configOf, defaultConfigFile} from '../../daemon/course/configuration.js';
import type {Outcome} from '../../guard/outcome.js';
import {pageOf} from '../../overview/page/page.js';
import {compare} from '../../replay/comparison.js';
import {comparisonSections, comparisonText} from '../../replay/comparison-text.js';
import {overviewOfReplay} from '../../replay/overview.js';
import {ReplayTally} from '../../replay/replay-tally.js';
import {replayedText} from '../../replay/replayed-text.js';
import {voiceOf} from '../../report/outcome-text.js';
import {hostName} from '../../sys/run/machine.js';
import type {Log} from '../../sys/talk/log.js';

/** How a replay was requested. */
interface Wanted {
  readonly form: 'text' | 'json';
  /** The file of the first configuration; undefined: the default one. */
  readonly config?: string | undefined;
  /** The file of the second configuration; undefined: there is none. */
  readonly against?: string | undefined;
  /** Where to write the page; undefined: no page. */
  readonly html?: string | undefined;
}

export async function replay(
  files: readonly string[],
  config: Config,
  wanted: Wanted,
  log: Log,
  output: Pick<Surroundings['output'], 'print' | 'progress'>,
): Promise<ExitCode> {
  const tally = wanted.html === undefined ? undefined : new ReplayTally(config);
  const policies = policiesOf(config, wanted, log, (outcome) => tally?.hear(outcome));
  if (policies.kind === 'problems') {
    for (const problem of policies.problems) log.say('error', problem);
    return exitCode.configuration;
  }
  try {
    const whyNot = wanted.html === undefined ? undefined : whyNoPage(wanted.html);
    if (whyNot !== undefined) throw new Error(`page not written: ${whyNot}`);
    const reading = new LogReading(policies.policies);
    await readFiles(files, reading, config, output.progress);
    const runs = reading.end();
    const {replayed} = runs[0]!;
    if (wanted.html !== '-') output.print(textOf(runs, wanted.form));
    const why = tally === undefined ? undefined : pageWritten(runs, tally, wanted, output);
    if (why !== undefined) throw new Error(`page not written: ${why}`);
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

/** @returns why the page could not be written; undefined: it was */
function pageWritten(
  runs: ReturnType<LogReading['end']>,
  tally: ReplayTally,
  {html = '-', form}: Wanted,
  output: Pick<Surroundings['output'], 'print'>,
): string | undefined {
  const {replayed, dealings} = runs[0]!;
  const overview = overviewOfReplay({replayed, dealings, tally: tally.end()});
  const further = runs.length === 1 ? [] : comparisonSections(compare(runs));
  const why = writePage(html, pageOf(overview, hostName(), further), output);
  if (why === undefined && html !== '-' && form === 'text') output.print(`Page written: ${html}\n`);
  return why;
}

type Policies =
  | {readonly kind: 'policies'; readonly policies: readonly [ReplayPolicy, ...ReplayPolicy[]]}
  | {readonly kind: 'problems'; readonly problems: readonly string[]};

/** The first configuration's policy, and the one to compare it with. */
function policiesOf(
  config: Config,
  {config: path, against}: Wanted,
  log: Log,
  hear: (outcome: Outcome) => void,
): Policies {
  const exemptions = new SharedExemptions(log.say);
  const first: ReplayPolicy = {
    ...{name: path ?? defaultConfigFile, config, exemptions: exemptions.of(config)},
    onOutcome: (outcome) => {
      sayEvidence(outcome, log);
      hear(outcome);
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
