/**
 * Carries out what `course/step.ts` decides: reads the configuration, stores the trial, sets the timers, and
 * ends the life of the daemon. `cli/commands/run.ts` begins the next life.
 */
import {ClockSteps} from '../../base/clocks/clock-steps.js';
import {problemsText} from '../../base/problem.js';
import type {Options} from '../../config/options.js';
import {badFileTrouble, movedTrial, type TrialView, trialView} from '../../config/trial.js';
import type {Answer, CourseRequest} from '../../control/protocol.js';
import type {
  Course,
  CourseEvent,
  NextLife,
  ReadConfig,
  Step,
  TrialFile,
} from '../../course/course.js';
import {nextStep, stepUnkept} from '../../course/step.js';
import {readConfig} from './checked.js';
import {defaultConfigFile} from './configuration.js';
import {keepLastGood} from './last-good.js';
import {machineText} from './machine-text.js';
import {endTrial, writeTrial} from './trial-file.js';
import type {LifeCourse, Living} from '../life.js';
import type {AtEnd} from '../../firewall/live/family-keepers.js';
import type {ListState} from '../../score/live/exemption-watch.js';
import {readTextFile} from '../../sys/disk/text-file.js';
import {clocksNow, nowMs, sleptMs} from '../../sys/run/clock.js';
import type {Log} from '../../sys/talk/log.js';

/** Time to answer the operator who asked for a reload, before the life that answers ends. Ms. */
const answerFirstMs = 200;
/** How often the log repeats that the file is bad. Ms: people read the newest lines. */
const reminderMs = 3_600_000;

export class Reloader implements LifeCourse {
  readonly #options: Options;
  readonly #log: Log;
  readonly #end = new AbortController();
  readonly #clockSteps = new ClockSteps(clocksNow(), sleptMs());
  #course: Course;
  #living: Living | undefined;
  /** What is wrong with the file, so that it is not in force; undefined: nothing, as far as we know. */
  #badFile: string | undefined;
  #trialTimer: NodeJS.Timeout | undefined;
  #turnTimer: NodeJS.Timeout | undefined;
  readonly #reminder: NodeJS.Timeout;

  /** @param whitelist whether an earlier life read one */
  constructor(life: NextLife, options: Options, log: Log, whitelist: Course['whitelist']) {
    this.#options = options;
    this.#log = log;
    this.#badFile = life.badFile;
    this.#reminder = setInterval(() => this.#remind(), reminderMs);
    const isThere = readTextFile(life.config.whiteList).kind === 'text';
    this.#course = {
      life,
      next: undefined,
      phase: 'living',
      whitelist: isThere ? 'had' : whitelist,
      machine: machineText(life.config),
    };
    if (life.trial?.kind !== 'running') return;
    const waitMs = Math.max(life.trial.untilMs - nowMs(), 0);
    this.#trialTimer = setTimeout(() => this.#trialOver(), waitMs);
  }

  /** Fires when this life must end. */
  get end(): AbortSignal {
    return this.#end.signal;
  }

  get trial(): TrialView {
    this.#followClock();
    const view = trialView(this.#course.life.trial, nowMs());
    const why = this.#badFileNow();
    if (why === undefined || view.kind === 'running' || view.kind === 'overdue') return view;
    return {kind: 'badFile', why};
  }

  /** The life after this one; undefined: none. */
  get next(): NextLife | undefined {
    return this.#course.phase === 'ending' ? undefined : this.#course.next;
  }

  get firewallAtEnd(): AtEnd {
    const {life, phase} = this.#course;
    if (phase === 'ending') return life.config.flushOnExit ? 'remove' : 'leave';
    // A dry run changes nothing, so it takes no rules over.
    return this.next === undefined || this.next.config.dryRun ? 'leave' : 'handOver';
  }

  begun(living: Living): void {
    this.#living = living;
    this.#keepText();
  }

  answer(request: CourseRequest): Promise<Answer> {
    return request.command === 'confirm'
      ? this.#answerTo(this.#take({kind: 'confirm'}))
      : this.reload('operator', request.confirmSeconds);
  }

  /**
   * Applies the configuration file as it is now, or refuses all of it.
   *
   * @param confirmSeconds how long it is on trial; undefined: no trial, it stays
   */
  async reload(asker: 'operator' | 'signal', confirmSeconds?: number): Promise<Answer> {
    this.#noteWhitelist();
    const trial = confirmSeconds === undefined ? {} : {confirmSeconds};
    const read = readConfig(this.#options);
    const step = this.#take({kind: 'reload', asker, ...trial, read});
    if (step.kind === 'refuse' && step.reader === 'log') this.#noteRefusal(step.message, read);
    return withNote(await this.#answerTo(step), read);
  }

  /** The guarded ports have changed, so a new life begins with the same configuration, as after a reload. */
  portsChanged(what: string): void {
    this.#take({kind: 'machineChanged', what});
  }

  /** The process must end: no life follows this one. */
  stop(): void {
    this.#take({kind: 'stop'});
  }

  /** This life is over. @returns whether any life had a whitelist */
  close(): Course['whitelist'] {
    this.#endLife();
    this.#noteWhitelist();
    return this.#course.whitelist;
  }

  #noteWhitelist(): void {
    if (this.#living?.whitelist === 'had') this.#take({kind: 'whitelistRead'});
  }

  #trialOver(): void {
    const before = readConfig(this.#options, this.#course.life.trial?.before);
    this.#take({kind: 'trialOver', before});
  }

  /** `daemon/enforcement/` moves the blocks when somebody sets the clock; the trial must move with them. */
  #followClock(): void {
    const stepMs = this.#clockSteps.take(clocksNow(), sleptMs);
    const {life} = this.#course;
    if (stepMs === 0 || life.trial?.kind !== 'running') return;
    const trial = movedTrial(life.trial, stepMs);
    this.#course = {...this.#course, life: {...life, trial}};
    // If this cannot be saved, the trial ends as after a start under the new clock.
    if (!life.config.dryRun) this.#keep({kind: 'present', trial});
  }

  #take(event: CourseEvent): Step {
    this.#followClock();
    const decided = nextStep(this.#course, event, nowMs());
    const failure = 'trialFile' in decided ? this.#keep(decided.trialFile) : undefined;
    const step = failure === undefined ? decided : stepUnkept(decided, failure);
    if ('course' in step) this.#course = step.course;
    this.#carryOut(step);
    return step;
  }

  /** Saves to disk before anything depends on it. @returns why it could not */
  #keep(file: TrialFile): string | undefined {
    const {stateDir} = this.#course.life.config;
    try {
      if (file.kind === 'absent') endTrial(stateDir);
      if (file.kind === 'present') writeTrial(stateDir, file.trial);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }

  #carryOut(step: Step): void {
    if (step.kind === 'refresh' || step.kind === 'turn') this.#badFile = undefined;
    if (step.kind === 'refresh' || step.kind === 'confirm') this.#keepText();
    if (step.kind === 'refuse' && step.reader === 'log') this.#log.say('error', step.message);
    if (step.kind === 'confirm') this.#log.say('notice', step.message);
    if (step.kind === 'confirm' || step.kind === 'turn') clearTimeout(this.#trialTimer);
    if (step.kind === 'turn') {
      this.#turnTimer ??= setTimeout(() => this.#endLife(), answerFirstMs);
    }
    if (step.kind === 'exit') this.#endLife();
  }

  /**
   * Remembers that the file differs from the configuration in force until a reload applies it. An unconfirmed
   * trial is reported as a trial instead.
   */
  #noteRefusal(message: string, read: ReadConfig): void {
    if (read.kind === 'problems') this.#badFile = problemsText(read.problems);
    else this.#badFile = this.#course.life.trial === undefined ? message : undefined;
  }

  /** The refusal no longer counts if the file contains what is in force again. */
  #badFileNow(): string | undefined {
    if (this.#badFile === undefined) return undefined;
    const read = readTextFile(this.#options.config ?? defaultConfigFile);
    return read.kind === 'text' && read.text === this.#course.life.text ? undefined : this.#badFile;
  }

  #remind(): void {
    const {trial} = this;
    if (trial.kind === 'badFile') this.#log.say('error', badFileTrouble(trial.why));
  }

  /**
   * Saves the text for a start with a bad file. A configuration on trial is not saved, because nobody has
   * confirmed it.
   */
  #keepText(): void {
    const {config, text, trial} = this.#course.life;
    if (config.dryRun || trial?.kind === 'running') return;
    try {
      keepLastGood(config.stateDir, this.#options, text);
    } catch (error) {
      const why = (error as Error).message;
      this.#log.say(
        'error',
        `the configuration is in force, but cannot be kept as the last good one: ${why}`,
      );
    }
  }

  #answerTo(step: Step): Promise<Answer> {
    switch (step.kind) {
      case 'refresh':
        return this.#refresh();
      case 'turn':
      case 'confirm':
        return Promise.resolve({kind: 'done', message: step.message});
      case 'refuse':
        return Promise.resolve({kind: 'refused', message: step.message});
      case 'note':
      case 'exit':
        throw new Error(`nobody asks for the step ${step.kind}`);
    }
  }

  async #refresh(): Promise<Answer> {
    // A life that still waits for the state will read everything when it begins.
    const list = (await this.#living?.refresh()) ?? 'settled';
    const message = `the configuration has not changed; ${whitelistTexts[list]}`;
    this.#log.say(list === 'unread' ? 'warning' : 'notice', message);
    return {kind: 'unchanged', message};
  }

  #endLife(): void {
    clearTimeout(this.#trialTimer);
    clearTimeout(this.#turnTimer);
    clearInterval(this.#reminder);
    this.#end.abort();
  }
}

const whitelistTexts: Readonly<Record<ListState, string>> = {
  settled: 'the whitelist is read anew',
  unsettled: 'the whitelist is just being written, and is read when it is whole',
  unread:
    'the whitelist could not be read: the log says why; the last good one stays in force, and the file is tried again',
};

/** An accepted reload also says which lines of the whitelist do not count. */
function withNote(answer: Answer, read: ReadConfig): Answer {
  const note = read.kind === 'config' ? read.whitelistNote : undefined;
  const isTaken = answer.kind === 'done' || answer.kind === 'unchanged';
  if (!isTaken || note === undefined) return answer;
  return {...answer, message: `${answer.message}; ${note}`};
}
