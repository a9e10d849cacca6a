/** The five levels of the daemon's log; `--debug=N` shows the first N + 1 of them. */
export const logLevels = ['error', 'warning', 'notice', 'info', 'debug'] as const;

export type LogLevel = (typeof logLevels)[number];

/** Logs one line. The caller makes foreign text printable before it quotes it. */
export type Say = (level: LogLevel, message: string) => void;

/** Severities of RFC 5424, section 6.2.1. */
export const syslogSeverity: Readonly<Record<LogLevel, number>> = {
  error: 3,
  warning: 4,
  notice: 5,
  info: 6,
  debug: 7,
};
