/** The five levels of what the daemon says; `--debug=N` shows the first N + 1 of them. */
export const logLevels = ['error', 'warning', 'notice', 'info', 'debug'] as const;

export type LogLevel = (typeof logLevels)[number];

/** Says one line. What is said is printable: whoever quotes foreign text makes it so first. */
export type Say = (level: LogLevel, message: string) => void;

/** Severities of RFC 5424, section 6.2.1. */
export const syslogSeverity: Readonly<Record<LogLevel, number>> = {
  error: 3,
  warning: 4,
  notice: 5,
  info: 6,
  debug: 7,
};

/**
 * Foreign text as one printable, short piece of a line: names and recipients are hostile, and
 * control characters would reach the terminal of whoever reads the log.
 */
export function printable(text: string, mostCharacters: number): string {
  const clean = text.replaceAll(/[^\x20-\x7e]/g, '?');
  return clean.length <= mostCharacters ? clean : `${clean.slice(0, mostCharacters - 3)}...`;
}
