/** Exit codes, as in sysexits.h, so that init and scripts can act on them. */
export const exitCode = {
  ok: 0,
  /**
   * `check`: not exempt; `unblock`: was not blocked; `resume`: was not stopped; `replay`, `tune`, `explain`: no
   * line of the mailer was understood.
   */
  no: 1,
  usage: 64,
  /** Something else must happen first: another daemon holds the state, or the state cannot be opened. */
  unavailable: 69,
  /** A bug in this program; no command exits with it on purpose. */
  fault: 70,
  /** `complain answer`: the calling mailer keeps the message, and tries again. */
  later: 75,
  configuration: 78,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
