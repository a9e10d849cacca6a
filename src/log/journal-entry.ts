/**
 * Converts one entry of the systemd journal, as `journalctl --output=json` prints it, into a record.
 * `sys/journal/journal.ts` decides which entries to request and where to resume; `mail/authorship.ts` decides which
 * writer to believe.
 *
 * journald gets the fields that begin with an underscore from the kernel; the program that logs writes all others
 * (systemd.journal-fields(7)). syslog(3) never writes two values for one field. Such an entry is refused: journald
 * might filter by one value, and we might believe the other.
 */
import type {LogRecord, Writer} from './record.js';

type JournalEntry =
  | {readonly kind: 'record'; readonly record: LogRecord; readonly cursor: string}
  /** With the cursor, if it has one, so that reading can resume after it. */
  | {readonly kind: 'none'; readonly why: string; readonly cursor: string | undefined};

/** The fields that are read; no others are requested. */
export const entryFields = [
  'MESSAGE',
  'SYSLOG_IDENTIFIER',
  'SYSLOG_PID',
  '_COMM',
  '_EXE',
  '_HOSTNAME',
  '_MACHINE_ID',
  '_PID',
  '_SOURCE_REALTIME_TIMESTAMP',
  '_TRANSPORT',
  '_UID',
] as const;

type Field = (typeof entryFields)[number] | '__CURSOR' | '__REALTIME_TIMESTAMP';
type Fields = Readonly<Partial<Record<Field, unknown>>>;

/** @param machineId this machine's id from /etc/machine-id; without it, no writer is known */
export function readJournalEntry(entry: unknown, machineId: string | undefined): JournalEntry {
  if (typeof entry !== 'object' || entry === null) {
    return {kind: 'none', why: 'not an entry', cursor: undefined};
  }
  const fields: Fields = entry;
  const cursor = textOf(fields.__CURSOR);
  const none = (why: string): JournalEntry => ({kind: 'none', why, cursor});
  if (cursor === undefined) return none('no cursor');
  const message = messageOf(fields.MESSAGE);
  if (message === undefined) return none('no message, several, or a long one');
  if (message.includes('\n')) return none('several lines');
  const program = textOf(fields.SYSLOG_IDENTIFIER);
  const host = textOf(fields._HOSTNAME);
  if (program === undefined || host === undefined) return none('no program or host');
  const pid = numberOf(fields.SYSLOG_PID) ?? numberOf(fields._PID);
  if (pid === undefined) return none('no pid');
  const atMs = timeOf(fields);
  if (atMs === undefined) return none('no time');
  const writer = writerOf(fields, machineId);
  return {kind: 'record', cursor, record: {atMs, host, program, pid, message, times: 1, writer}};
}

/**
 * Whether two cursors mean the same entry. When journald moves its files from /run to /var, the entry may get
 * another number there; its contents and its time stay.
 */
export function isSameEntry(a: string, b: string): boolean {
  if (a === b) return true;
  const [x, y] = [a, b].map((cursor) => new Map(cursor.split(';').map((part) => split(part))));
  return ['b', 'm', 't', 'x'].every((key) => x?.has(key) && x.get(key) === y?.get(key));
}

const split = (part: string): [string, string] => [part.slice(0, 1), part.slice(2)];

/** A cursor for whatever comes at this time or later, for a journal without entries yet. */
export const cursorAt = (atMs: number): string => `t=${(Math.floor(atMs) * 1000).toString(16)}`;

/** The two stamps differ if somebody set the clock in between, or if the message waited for journald. */
const mostStampsDifferMs = 24 * 3600 * 1000;

/**
 * journald writes both stamps. The source's comes from the kernel, and is when the message was sent. The other is
 * when journald stored it: seconds later under a flood, or after journald was restarted. The program's own stamp
 * (SYSLOG_TIMESTAMP) is not used.
 */
function timeOf(fields: Fields): number | undefined {
  const writtenUs = numberOf(fields.__REALTIME_TIMESTAMP);
  if (writtenUs === undefined) return undefined;
  const writtenMs = Math.floor(writtenUs / 1000);
  const sourceUs = numberOf(fields._SOURCE_REALTIME_TIMESTAMP);
  const sentMs = sourceUs === undefined ? writtenMs : Math.floor(sourceUs / 1000);
  const isSane = sentMs <= writtenMs && sentMs >= writtenMs - mostStampsDifferMs;
  return isSane ? sentMs : writtenMs;
}

/**
 * For an entry from another machine (systemd-journal-remote), the fields are that machine's words. Also, only for
 * the socket of syslog(3), which is the only one sendmail uses, does the kernel name the sender of each message: a
 * stream (`stdout`) may have been passed to another process.
 */
function writerOf(fields: Fields, machineId: string | undefined): Writer | undefined {
  if (machineId === undefined || fields._MACHINE_ID !== machineId) return undefined;
  const pid = numberOf(fields._PID);
  const uid = numberOf(fields._UID);
  if (pid === undefined || uid === undefined) return undefined;
  // sendmail never writes to the journal's own socket, where a user can claim any pid. A syslogd may forward root's
  // entries there, so their writer is unknown.
  if (fields._TRANSPORT === 'journal' && uid !== 0) return {pid, uid, executable: ''};
  if (fields._TRANSPORT !== 'syslog') return undefined;
  // If the process had ended, only its name is left, or nothing (`mail/authorship.ts` decides what that is worth).
  return {pid, uid, executable: textOf(fields._EXE) ?? textOf(fields._COMM) ?? ''};
}

/** @returns undefined unless the value is a decimal number that a JavaScript number holds exactly */
function numberOf(value: unknown): number | undefined {
  return typeof value === 'string' &&
    /^\d{1,16}$/.test(value) &&
    Number.isSafeInteger(Number(value))
    ? Number(value)
    : undefined;
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/**
 * The bytes that sendmail wrote, one character each, as in a file. journald prints UTF-8 text as such, other bytes
 * as numbers, and null for more than 4096 bytes (no line of sendmail is longer).
 */
function messageOf(value: unknown): string | undefined {
  if (typeof value === 'string') return bytesOfUtf8(value);
  if (!Array.isArray(value)) return undefined;
  const isByte = (one: unknown): one is number =>
    Number.isInteger(one) && (one as number) >= 0 && (one as number) <= 255;
  return value.every(isByte) ? value.map((byte) => String.fromCharCode(byte)).join('') : undefined;
}

/** The pure code has no encoder of Node, so it uses the language's own. */
function bytesOfUtf8(text: string): string | undefined {
  try {
    return encodeURIComponent(text).replace(/%([0-9A-F]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  } catch {
    return undefined; // half of a surrogate pair is not text
  }
}
