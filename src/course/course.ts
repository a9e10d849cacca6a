/**
 * The course of the daemon, as values: the life in force, the next one, the events that can happen, and
 * the steps that follow. A life is the daemon under one configuration. `step.ts` decides.
 */
import type {Problem} from '../base/problem.js';
import type {LogLevel} from '../base/say.js';
import type {Config} from '../config/schema.js';
import type {Trial} from '../config/trial.js';

interface Life {
  readonly config: Config;
  /** The text of its configuration file. */
  readonly text: string;
  readonly trial?: Trial;
}

/** A life that has not begun. */
export interface NextLife extends Life {
  /** Blocks made on evidence since then are lifted: an unconfirmed configuration made them. */
  readonly liftSinceMs?: number;
  /** What is wrong with the file, if this is the last good configuration instead. Undefined: nothing. */
  readonly badFile?: string;
  /** The first line that the life logs. */
  readonly why?: {readonly level: LogLevel; readonly message: string};
}

export interface Course {
  readonly life: Life;
  /** Begins when `life` has ended; undefined: no change was requested. */
  readonly next: NextLife | undefined;
  /** `ending`: the process was asked to stop, and accepts no more reloads. */
  readonly phase: 'living' | 'ending';
  /** Whether a whitelist was ever read. If so, no reload may lose it. */
  readonly whitelist: 'had' | 'hadNone';
  /**
   * What a life reads from the machine at its start, as text. If this has changed, a reload begins a new
   * life even under the same configuration.
   */
  readonly machine: string;
}

/** A configuration file that was just read. */
export type ReadConfig =
  | {
      readonly kind: 'config';
      readonly config: Config;
      readonly text: string;
      /** Why its whitelist cannot be read; undefined: it can. */
      readonly whitelistFailure: string | undefined;
      /** What an operator must know of the lines of its whitelist; absent: all of them count. */
      readonly whitelistNote?: string | undefined;
      /** As in `Course`. */
      readonly machine: string;
    }
  | {readonly kind: 'problems'; readonly problems: readonly Problem[]};

export type CourseEvent =
  | {
      readonly kind: 'reload';
      /**
       * A signal may come from logrotate at night, while the administrator is locked out. So it confirms
       * no trial, and restores no configuration that nobody confirmed.
       */
      readonly asker: 'operator' | 'signal';
      /** How long the configuration is on trial; undefined: it is not, and stays. Seconds. */
      readonly confirmSeconds?: number;
      readonly read: ReadConfig;
    }
  | {readonly kind: 'confirm'}
  /** No operator confirmed the trial in time. `before`: the configuration before it, checked again. */
  | {readonly kind: 'trialOver'; readonly before: ReadConfig}
  /**
   * What the life read from the machine at its start has changed, so a new life begins with the same
   * configuration.
   */
  | {readonly kind: 'machineChanged'; readonly what: string}
  | {readonly kind: 'whitelistRead'}
  | {readonly kind: 'stop'};

/** What the trial's file must contain before the step is taken. */
export type TrialFile =
  | {readonly kind: 'asItIs'}
  | {readonly kind: 'absent'}
  | {readonly kind: 'present'; readonly trial: Trial};

export type Step =
  /** Nothing changes. */
  | {
      readonly kind: 'refuse';
      readonly message: string;
      /** `asker`: only the operator who asked gets the message. */
      readonly reader: 'asker' | 'log';
    }
  /** The life goes on; it reads the whitelist and the machine's addresses again. */
  | {readonly kind: 'refresh'; readonly course: Course; readonly trialFile: TrialFile}
  /** The life ends, and `course.next` begins. */
  | {
      readonly kind: 'turn';
      readonly course: Course;
      readonly trialFile: TrialFile;
      readonly message: string;
      /** `back` is done even if the trial's file cannot be written. */
      readonly way: 'forward' | 'back';
    }
  /** The trial is over, and its configuration stays in force. */
  | {
      readonly kind: 'confirm';
      readonly course: Course;
      readonly trialFile: TrialFile;
      readonly message: string;
    }
  /** Only recorded. */
  | {readonly kind: 'note'; readonly course: Course}
  /** The life ends now. */
  | {readonly kind: 'exit'; readonly course: Course};
