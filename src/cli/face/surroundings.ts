/** What the process gives its commands, and the forms of what they print. */
import type {ExitCode} from './exit.js';
import type {Progress} from './progress.js';

/** `figures`: of a status only, for Prometheus. */
export type Form = 'text' | 'json' | 'figures';

/** `mayNotWork`: the configuration is bad, which is said already; only a daemon that runs can act. */
export type WithoutDaemon = 'mayWork' | 'mayNotWork';

export interface Output {
  readonly print: (text: string) => void;
  readonly complain: (message: string) => void;
}

/** What the process is told from outside; `main.ts` has the real signals. */
export interface Signals {
  /** End, as SIGTERM and SIGINT ask. */
  onStop(listener: () => void): void;
  /** Read the configuration anew, as SIGHUP asks. */
  onReload(listener: () => void): void;
}

/** What the commands are given, and to whom they answer. */
export interface Surroundings {
  readonly version: string;
  readonly signals: Signals;
  readonly output: Output & {readonly progress: Progress};
  /** Called once, with the exit code of the command. */
  readonly finish: (code: ExitCode) => void;
}
