/** What the process gives its commands, and the forms of what they print. */
import type {Progress} from './progress.js';

/** `figures`: of a status only, for Prometheus. */
export type Form = 'text' | 'json' | 'figures';

/**
 * `mayNotWork`: the configuration is bad, which an error message has reported; only a running
 * daemon can act.
 */
export type WithoutDaemon = 'mayWork' | 'mayNotWork';

export interface Output {
  readonly print: (text: string) => void;
  readonly complain: (message: string) => void;
}

/** The signals that the process gets from outside; `main.ts` has the real ones. */
export interface Signals {
  /** End, as SIGTERM and SIGINT ask. */
  onStop(listener: () => void): void;
  /** Read the configuration again, as SIGHUP asks. */
  onReload(listener: () => void): void;
}

/** What the commands are given, and where their answers go. */
export interface Surroundings {
  readonly version: string;
  readonly signals: Signals;
  readonly output: Output & {readonly progress: Progress};
  /** What stands behind `--` in a call of `greet`: the words of another program. Default: none. */
  readonly behind?: readonly string[];
  /** Called once, with the exit code of the command: an `ExitCode`, or that of a program that it ran. */
  readonly finish: (code: number) => void;
}
