/** What the process gives to its commands, and the forms of their output. */
import type {Progress} from './progress.js';

/** `figures`: metrics for Prometheus, of a status only. */
export type Form = 'text' | 'json' | 'figures';

/**
 * `mayNotWork`: the configuration is bad (an error message has reported it), so only a running daemon
 * can act.
 */
export type WithoutDaemon = 'mayWork' | 'mayNotWork';

export interface Output {
  readonly print: (text: string) => void;
  readonly complain: (message: string) => void;
}

/** The signals of the process; `main.ts` has the real ones. */
export interface Signals {
  /** End: SIGTERM or SIGINT. */
  onStop(listener: () => void): void;
  /** Read the configuration again: SIGHUP. */
  onReload(listener: () => void): void;
}

/** What the commands get, and where their output goes. */
export interface Surroundings {
  readonly version: string;
  readonly signals: Signals;
  readonly output: Output & {readonly progress: Progress};
  /** The words after `--` in a call of `greet`: another program's command line. Default: none. */
  readonly behind?: readonly string[];
  /** Called once with the exit code: an `ExitCode`, or that of a program that the command ran. */
  readonly finish: (code: number) => void;
}
