/**
 * Removes what a syslogd adds around a message: `[ID 801593 mail.notice] ` (Solaris), and `message
 * repeated 5 times: [ … ]` (rsyslog). Others parse the message.
 */

const solarisId = /^\[ID \d{1,10} [\w.]{1,32}\] /;
const repeated = /^message repeated (\d{1,10}) times: \[ ?/;

/**
 * rsyslog's `[%.800s]` (runtime/ratelimit.c, ratelimitGenRepMsg) truncates a longer message. Bytes.
 */
const longestRepeatedBytes = 800;

interface Said {
  readonly message: string;
  /** How often it was repeated. A count. */
  readonly times: number;
}

/**
 * @returns undefined for a repeated message that is truncated: the client could choose where it ends,
 *   and so what it says
 */
export function unpack(text: string): Said | undefined {
  const message = text.startsWith('[ID ') ? text.replace(solarisId, '') : text;
  const match = message.startsWith('message repeated ') ? repeated.exec(message) : null;
  const times = Number(match?.[1] ?? 0);
  if (match === null || times === 0) return {message, times: 1};
  const isWhole = message.endsWith(']') && message.length - match[0].length < longestRepeatedBytes;
  return isWhole ? {message: message.slice(match[0].length, -1), times} : undefined;
}
