/** `blocksmtp run`: the daemon, from its first configuration to the signal that ends it. */
import {type Problem, problemText} from '../../base/problem.js';
import {tellLeftBlocks, tellUnknown} from '../../daemon/course/left-blocks.js';
import {type ExitCode, exitCode} from '../face/exit.js';
import type {Signals} from '../face/surroundings.js';
import type {Options} from '../../config/options.js';
import type {Config} from '../../config/schema.js';
import type {Course, NextLife} from '../../course/course.js';
import {checked} from '../../daemon/course/checked.js';
import {noLongerUsed} from '../../daemon/course/configuration.js';
import {lastGoodLife} from '../../daemon/course/last-good.js';
import {Reloader} from '../../daemon/course/reload.js';
import {endTrial, readTrial, writeTrial} from '../../daemon/course/trial-file.js';
import {type Ending, LifeMemory, live} from '../../daemon/life.js';
import {type ReadyLife, Readiness} from '../../daemon/readiness.js';
import {takeServiceManager} from '../../sys/run/service-manager.js';
import {type Log, openLog} from '../../sys/talk/log.js';

export async function run(
  options: Options,
  signals: Signals,
  complain: (problems: readonly Problem[]) => void,
): Promise<ExitCode> {
  // Signal handlers come first and stay to the end: a SIGHUP while the daemon changes its configuration
  // must not kill it.
  const asked = new AskedBySignal(signals);
  const first = firstLife(options);
  if (first.kind === 'problems') {
    complain(first.problems);
    await tellLeftBlocks(options);
    return exitCode.configuration;
  }
  let {life} = first;
  let whitelist: Course['whitelist'] = 'hadNone';
  const memory = new LifeMemory();
  const logged = new Set<string>();
  const readiness = new Readiness(takeServiceManager());
  const onReady = (ready: ReadyLife): void => readiness.ready(ready);
  let closed: Promise<unknown> = Promise.resolve();
  for (;;) {
    const log = openLog(life.config);
    if (life.why !== undefined) log.say(life.why.level, life.why.message);
    for (const notice of noLongerUsed(options, life.text)) {
      if (!logged.has(notice)) log.say('notice', notice);
      logged.add(notice);
    }
    const {config, liftSinceMs} = life;
    const course: Reloader = new Reloader(life, options, log, whitelist);
    asked.listen(course);
    const lift = liftSinceMs === undefined ? {} : {liftSinceMs};
    const ending = await live({config, log, course, memory, onReady, ...lift});
    whitelist = course.close();
    // This also covers a daemon that was still waiting for the state: a SIGHUP must not end it.
    const {next} = course;
    if (next === undefined) {
      const code = exitOf(ending, config, log);
      await Promise.all([closed, log.close(), readiness.close()]);
      return code;
    }
    // The next life does not wait for the old log to close: if syslog is away, that takes seconds.
    closed = Promise.all([closed, log.close()]);
    life = next;
  }
}

type FirstLife =
  | {readonly kind: 'life'; readonly life: NextLife}
  | {readonly kind: 'problems'; readonly problems: readonly Problem[]};

/**
 * Begins with the configuration in the file. If that is an unconfirmed trial, begins with the
 * configuration before it; if the file is bad, with the one that was last in force.
 */
export function firstLife(options: Options): FirstLife {
  const parsed = checked(options);
  if (parsed.kind === 'problems') {
    const last = lastGoodLife(options, parsed.problems, parsed.likely);
    return last.kind === 'life' ? last : {kind: 'problems', problems: last.problems};
  }
  const {config, text} = parsed;
  const trial = config.dryRun ? undefined : readTrial(config.stateDir);
  if (trial === undefined) return {kind: 'life', life: {config, text}};
  const lift = trial.kind === 'running' ? {liftSinceMs: trial.sinceMs} : {};
  if (trial.tried !== text) {
    const noted = notNoted(() => endTrial(config.stateDir));
    const message = `the configuration file has changed since the trial that nobody confirmed: the trial is over, and the file is in force${noted}`;
    return {kind: 'life', life: {config, text, ...lift, why: {level: 'notice', message}}};
  }
  const before = checked(options, trial.before);
  if (before.kind === 'problems') {
    // This configuration was in force once, so probably a file that it names is gone. If the daemon
    // refused to start, nobody would be guarded.
    const reasons = before.problems.map(problemText).join('; ');
    const message = `the configuration was never confirmed, but the one before is bad now, so it is in force all the same: ${reasons}`;
    return {kind: 'life', life: {config, text, why: {level: 'error', message}}};
  }
  const failed = {...trial, kind: 'failed'} as const;
  const noted = notNoted(() => writeTrial(config.stateDir, failed));
  const message = `the configuration was never confirmed: the one before is in force; \`blocksmtp reload\` applies the file${noted}`;
  const life = {
    config: before.config,
    text: trial.before,
    trial: failed,
    ...lift,
    why: {level: 'error', message},
  } as const;
  return {kind: 'life', life};
}

/**
 * A disk that cannot be written must not keep the daemon from starting; the next start finds the trial
 * unchanged.
 */
function notNoted(note: () => void): string {
  try {
    note();
    return '';
  } catch (error) {
    return ` (not noted: ${(error as Error).message})`;
  }
}

/** What signals have asked for, kept for the present life or the next one. */
class AskedBySignal {
  #course: Reloader | undefined;
  #stop = false;
  #reload = false;

  constructor(signals: Signals) {
    signals.onStop(() => {
      this.#stop = true;
      this.#course?.stop();
    });
    signals.onReload(() => {
      this.#reload = true;
      this.#passReload();
    });
  }

  /** Passes to the course of a new life what was asked for before. */
  listen(course: Reloader): void {
    this.#course = course;
    if (this.#stop) course.stop();
    this.#passReload();
  }

  /** A life that is ending would lose the reload, so it is kept for the next one. */
  #passReload(): void {
    if (!this.#reload || this.#course === undefined || this.#course.end.aborted) return;
    this.#reload = false;
    void this.#course.reload('signal');
  }
}

/** Logs how it ended. */
function exitOf(ending: Ending, config: Config, log: Log): ExitCode {
  if (ending.kind === 'unavailable') {
    log.say('error', ending.why);
    if (ending.state === 'failed') tellUnknown(config, log);
    return exitCode.unavailable;
  }
  log.say('notice', config.dryRun ? 'end of the dry run' : lastWords(ending.firewall, config));
  return exitCode.ok;
}

function lastWords(firewall: 'left' | 'removed' | 'failed', {outbound}: Config): string {
  const left =
    outbound === 'reject'
      ? 'end: the blocks stay, and outgoing mail stays rejected'
      : 'end: the blocks stay';
  return {
    left,
    removed: 'end: chain and hook removed',
    failed: 'end: chain and hook could not be removed, and stay',
  }[firewall];
}
