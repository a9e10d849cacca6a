/**
 * The course of the daemon, as values: the life that is in force, the one that comes next, what can
 * happen, and what follows. A life is the daemon under one configuration. The decision is in `step.ts`.
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
  /** Blocks made on evidence since then are lifted: a configuration made them that nobody confirmed. */
  readonly liftSinceMs?: number;
  /** What is wrong with the file; this is the last good configuration. Undefined: nothing. */
  readonly badFile?: string;
  /** The first line that this life logs. */
  readonly why?: {readonly level: LogLevel; readonly message: string};
}

export interface Course {
  readonly life: Life;
  /** Begins when `life` has ended; undefined: no change was asked for. */
  readonly next: NextLife | undefined;
  /** `ending`: the process was asked to stop. No reload is taken any more. */
  readonly phase: 'living' | 'ending';
  /** Whether a whitelist was ever read. From then on no reload may lose it. */
  readonly whitelist: 'had' | 'hadNone';
  /**
   * What a life takes from the machine at its start, as text. When this has changed, a reload begins a
   * new life, even under the same configuration.
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
      /** See `Course`. */
      readonly machine: string;
    }
  | {readonly kind: 'problems'; readonly problems: readonly Problem[]};

export type CourseEvent =
  | {
      readonly kind: 'reload';
      /**
       * A signal may come from logrotate at night, while the administrator is locked out. It confirms no
       * trial, and brings nothing back that nobody confirmed.
       */
      readonly asker: 'operator' | 'signal';
      /** How long the configuration is on trial; undefined: it stays. Seconds. */
      readonly confirmSeconds?: number;
      readonly read: ReadConfig;
    }
  | {readonly kind: 'confirm'}
  /**
   * No operator has confirmed the trial in time. `before`: the configuration before, judged again.
   */
  | {readonly kind: 'trialOver'; readonly before: ReadConfig}
  /**
   * What this life took from the machine at its start has changed: a new life begins with the same
   * configuration.
   */
  | {readonly kind: 'machineChanged'; readonly what: string}
  | {readonly kind: 'whitelistRead'}
  | {readonly kind: 'stop'};

/** What the file of the trial must hold before a step counts. */
export type TrialFile =
  | {readonly kind: 'asItIs'}
  | {readonly kind: 'absent'}
  | {readonly kind: 'present'; readonly trial: Trial};

export type Step =
  /** Nothing changes. */
  | {
      readonly kind: 'refuse';
      readonly message: string;
      /** `asker`: only the operator who asked reads the message. */
      readonly reader: 'asker' | 'log';
    }
  /** The life goes on, with whitelist and addresses read again. */
  | {readonly kind: 'refresh'; readonly course: Course; readonly trialFile: TrialFile}
  /** The life ends, and `course.next` begins. */
  | {
      readonly kind: 'turn';
      readonly course: Course;
      readonly trialFile: TrialFile;
      readonly message: string;
      /** The way back is taken even where the file of the trial cannot be written. */
      readonly way: 'forward' | 'back';
    }
  /** The trial is over, and its configuration stays. */
  | {
      readonly kind: 'confirm';
      readonly course: Course;
      readonly trialFile: TrialFile;
      readonly message: string;
    }
  /** Only noted. */
  | {readonly kind: 'note'; readonly course: Course}
  /** The life ends now. */
  | {readonly kind: 'exit'; readonly course: Course};
