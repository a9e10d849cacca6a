/**
 * Takes off what a syslogd put around a message: `[ID 801593 mail.notice] ` (Solaris), and
 * `message repeated 5 times: [ … ]` (rsyslog). What it says is for others.
 */

const solarisId = /^\[ID \d{1,10} [\w.]{1,32}\] /;
const repeated = /^message repeated (\d{1,10}) times: \[ ?/;

/** rsyslog's `[%.800s]` (runtime/ratelimit.c, ratelimitGenRepMsg): a longer message is cut. Bytes. */
const longestRepeatedBytes = 800;

interface Said {
  readonly message: string;
  /** How often, as it is written. A count. */
  readonly times: number;
}

/**
 * @returns undefined for a repeated one that is cut: with its end the client could choose where
 *   the line ends, and so what it says
 */
export function unpack(text: string): Said | undefined {
  const message = text.startsWith('[ID ') ? text.replace(solarisId, '') : text;
  const match = message.startsWith('message repeated ') ? repeated.exec(message) : null;
  const times = Number(match?.[1] ?? 0);
  if (match === null || times === 0) return {message, times: 1};
  const isWhole = message.endsWith(']') && message.length - match[0].length < longestRepeatedBytes;
  return isWhole ? {message: message.slice(match[0].length, -1), times} : undefined;
}
