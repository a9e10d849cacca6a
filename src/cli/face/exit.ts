/** Exit codes, those of sysexits.h, so that init and scripts can tell what happened. */
export const exitCode = {
  ok: 0,
  /** `check`: not exempt; `unblock`: was not blocked; `resume`: was not stopped; `replay`, `tune`, `explain`: nothing of the mailer was understood. */
  no: 1,
  usage: 64,
  /** Something else is needed first: another daemon holds the state, or it cannot be opened. */
  unavailable: 69,
  /** A fault of this program: no answer of a command has it. */
  fault: 70,
  /** Of `complain answer`: a mailer that calls it keeps the message, and tries again. */
  later: 75,
  configuration: 78,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
