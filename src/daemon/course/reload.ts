/**
 * How one life of the daemon ends in the next: reloads, a configuration on trial, and the way back
 * from it. Decides which configuration comes next; `run.ts` lives it.
 */
import {durationText} from '../../base/duration.js';
import {problemText} from '../../base/problem.js';
import type {LogLevel} from '../../base/say.js';
import type {Options} from '../../config/options.js';
import type {Config} from '../../config/schema.js';
import {type Trial, type TrialView, trialView} from '../../config/trial.js';
import type {Answer, CourseRequest} from '../../control/protocol.js';
import {checked, checkedReload} from './checked.js';
import {endTrial, writeTrial} from './trial-file.js';
import {readTextFile} from '../../sys/disk/text-file.js';
import {nowMs} from '../../sys/run/clock.js';
import type {Log} from '../../sys/talk/log.js';

/** A life that is to be lived. */
export interface NextLife {
  readonly config: Config;
  /** The text of its configuration file. */
  readonly text: string;
  readonly trial?: Trial;
  /** Blocks made on evidence since then are lifted: under a configuration that was not kept. */
  readonly liftSinceMs?: number;
  /** Said at its beginning. */
  readonly why?: {readonly level: LogLevel; readonly message: string};
}

/** The answer to whoever asked for a reload goes out before the life that gives it ends. Ms. */
const answerFirstMs = 200;

export class Course {
  readonly #life: NextLife;
  readonly #options: Options;
  readonly #log: Log;
  readonly #onEnd: () => void;
  #whitelist: 'had' | 'hadNone';
  #trial: Trial | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;
  /** What comes after this life; undefined: nothing. */
  next: NextLife | undefined;

  /** @param onEnd called once, when this life is to end */
  constructor(life: NextLife, options: Options, log: Log, onEnd: () => void) {
    this.#life = life;
    this.#options = options;
    this.#log = log;
    this.#onEnd = onEnd;
    this.#whitelist = readTextFile(life.config.whiteList).kind === 'text' ? 'had' : 'hadNone';
    this.#trial = life.trial;
    if (this.#trial?.kind !== 'running') return;
    const waitMs = Math.max(this.#trial.untilMs - nowMs(), 0);
    this.#timer = setTimeout(() => this.#rollBack(), waitMs);
  }

  get trial(): TrialView {
    return trialView(this.#trial, nowMs());
  }

  /** A whitelist has been read: from now on none may be lost. */
  noteWhitelist(): void {
    this.#whitelist = 'had';
  }

  /** This life ends now, whatever comes after it. */
  end(): void {
    clearTimeout(this.#timer);
    if (this.#isOver) return;
    this.#isOver = true;
    this.#onEnd();
  }

  answer(request: CourseRequest): Answer {
    if (request.command === 'confirm') return this.#confirm();
    return this.reload('operator', request.confirmSeconds);
  }

  /**
   * Takes over what the configuration file says now, or refuses all of it.
   *
   * @param asker a signal may come from logrotate at night, while the administrator is locked out: it
   *     confirms nothing, and brings nothing back that nobody confirmed
   * @param confirmSeconds how long it is on trial; undefined: it stays
   */
  reload(asker: 'operator' | 'signal', confirmSeconds?: number): Answer {
    const parsed = checkedReload(this.#options, this.#life.config, this.#whitelist);
    if (parsed.kind === 'problems') {
      return this.#refuseReload(parsed.problems.map(problemText).join('; '));
    }
    const {config, text} = parsed;
    if (asker === 'signal' && this.#trial?.kind === 'failed' && this.#trial.tried === text) {
      return this.#refuseReload(
        'the file still says what nobody confirmed: correct it, or take it with `blocksmtp reload`',
      );
    }
    const trial = this.#trialOf(text, confirmSeconds);
    const failure = this.#keep(trial);
    if (failure !== undefined) return this.#refuseReload(failure);
    const leftSeconds = Math.max(1, Math.round(((trial?.untilMs ?? 0) - nowMs()) / 1000));
    const message =
      trial === undefined
        ? 'configuration and whitelist are read anew'
        : `the new configuration is on trial: without \`blocksmtp confirm\` within ${durationText(leftSeconds)} the one before comes back`;
    this.#turn({
      config,
      text,
      why: {level: 'notice', message},
      ...(trial && {trial}),
    });
    return {kind: 'done', message};
  }

  #refuseReload(why: string): Answer {
    const message = `reload refused, nothing has changed: ${why}`;
    this.#log.say('error', message);
    return {kind: 'refused', message};
  }

  /** Whether a configuration that is taken over now is on trial, and for how long. */
  #trialOf(tried: string, confirmSeconds: number | undefined): Trial | undefined {
    const running = this.#trial?.kind === 'running' ? this.#trial : undefined;
    // Only `confirm` confirms: for as long as was left, this one is on trial too.
    if (confirmSeconds === undefined) return running && {...running, tried};
    // Of two trials in a row the way back leads to what was last confirmed.
    const before = this.#trial?.before ?? this.#life.text;
    const sinceMs = running?.sinceMs ?? nowMs();
    return {kind: 'running', before, tried, sinceMs, untilMs: nowMs() + confirmSeconds * 1000};
  }

  /** On disk, before anything depends on it. @returns why that cannot be */
  #keep(trial: Trial | undefined): string | undefined {
    const {stateDir, dryRun} = this.#life.config;
    if (dryRun) return undefined;
    try {
      if (trial === undefined) endTrial(stateDir);
      else writeTrial(stateDir, trial);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }

  #confirm(): Answer {
    // Also one of a life that begins in a moment: its trial was answered before.
    const {trial, ...life} = this.next ?? {...this.#life, trial: this.#trial};
    if (trial?.kind !== 'running') {
      const why =
        trial === undefined
          ? 'no configuration is on trial'
          : 'too late: the configuration before is in force again';
      return {kind: 'refused', message: why};
    }
    const failure = this.#keep(undefined);
    if (failure !== undefined) {
      const message = `not confirmed, the trial goes on: ${failure}`;
      this.#log.say('error', message);
      return {kind: 'refused', message};
    }
    clearTimeout(this.#timer);
    this.#trial = undefined;
    if (this.next !== undefined) this.next = life;
    const message = 'the configuration is confirmed, and stays';
    this.#log.say('notice', message);
    return {kind: 'done', message};
  }

  #rollBack(): void {
    const trial: Trial = {...this.#trial!, kind: 'failed'};
    const parsed = checked(this.#options, trial.before);
    if (parsed.kind === 'problems') {
      // It was in force; what it names must have gone since.
      const told = parsed.problems.map(problemText).join('; ');
      this.#log.say(
        'error',
        `nobody confirmed the configuration, but the one before is bad now: ${told}`,
      );
      return;
    }
    const failure = this.#keep(trial);
    // The next start finds the trial as it was, and goes back by itself.
    const notNoted = failure === undefined ? '' : ` (not noted: ${failure})`;
    const message = `nobody confirmed the configuration: the one before is in force again, and the blocks made since are lifted${notNoted}`;
    this.#turn({
      config: parsed.config,
      text: trial.before,
      trial,
      liftSinceMs: trial.sinceMs,
      why: {level: 'error', message},
    });
  }

  #turn(next: NextLife): void {
    clearTimeout(this.#timer);
    this.next = next;
    setTimeout(() => this.end(), answerFirstMs);
  }
}
