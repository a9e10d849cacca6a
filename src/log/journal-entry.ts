/**
 * Turns one entry of the systemd journal, as `journalctl --output=json` gives it, into a record.
 * Which entries are asked for, and where reading goes on, is for `sys/journal/journal.ts`; which writer is believed
 * is for `mail/authorship.ts`.
 *
 * Fields that begin with an underscore come from journald, which has them from the kernel; all
 * others are the client's words (systemd.journal-fields(7)). An entry with two values for one field
 * is nobody's syslog(3): journald filters by any of them, and we would believe another.
 */
import type {LogRecord, Writer} from './record.js';

type JournalEntry =
  | {readonly kind: 'record'; readonly record: LogRecord; readonly cursor: string}
  /** With the cursor, if it has one: reading goes on behind it. */
  | {readonly kind: 'none'; readonly why: string; readonly cursor: string | undefined};

/** What an entry is read from; whatever else it has is not asked for. */
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

/** @param machineId of this machine, as /etc/machine-id has it; without it no writer is known */
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
 * Whether two cursors lead to the same entry. When journald moves its files from /run to /var the
 * entry may get another number there; what it is and when it came stays.
 */
export function isSameEntry(a: string, b: string): boolean {
  if (a === b) return true;
  const [x, y] = [a, b].map((cursor) => new Map(cursor.split(';').map((part) => split(part))));
  return ['b', 'm', 't', 'x'].every((key) => x?.has(key) && x.get(key) === y?.get(key));
}

const split = (part: string): [string, string] => [part.slice(0, 1), part.slice(2)];

/** A cursor to what comes at this time or later, for a journal that has no entry yet. */
export const cursorAt = (atMs: number): string => `t=${(Math.floor(atMs) * 1000).toString(16)}`;

/** A clock that was set between the two stamps makes them differ; what waited for journald, too. */
const mostStampsDifferMs = 24 * 3600 * 1000;

/**
 * Both stamps are journald's. The source's is the kernel's, of when the message was sent; the other
 * is of when journald wrote it down, which under a flood or after its restart is seconds later. The
 * client's own (SYSLOG_TIMESTAMP) is not used.
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
 * Of an entry from another machine (systemd-journal-remote) the fields are what that machine says.
 * And only of the socket of syslog(3), which is sendmail's only way, is it the kernel that names the
 * sender of each message: a stream (`stdout`) may have been handed on to another process.
 */
function writerOf(fields: Fields, machineId: string | undefined): Writer | undefined {
  if (machineId === undefined || fields._MACHINE_ID !== machineId) return undefined;
  const pid = numberOf(fields._PID);
  const uid = numberOf(fields._UID);
  if (pid === undefined || uid === undefined) return undefined;
  // Over the journal's own socket sendmail never writes, and a user there claims any pid. Root's may be passed
  // on by a syslog, so of those nothing is known.
  if (fields._TRANSPORT === 'journal' && uid !== 0) return {pid, uid, executable: ''};
  if (fields._TRANSPORT !== 'syslog') return undefined;
  // Of a process that had ended only the name is left, or nothing (`mail/authorship.ts` knows what it is worth).
  return {pid, uid, executable: textOf(fields._EXE) ?? textOf(fields._COMM) ?? ''};
}

/** @returns undefined for what is no decimal number, or one that a number cannot hold exactly */
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
 * The bytes that sendmail wrote, one character each, as from a file: journald gives UTF-8 text as
 * such, anything else as numbers, and null for more than 4096 bytes (no line of sendmail is longer).
 */
function messageOf(value: unknown): string | undefined {
  if (typeof value === 'string') return bytesOfUtf8(value);
  if (!Array.isArray(value)) return undefined;
  const isByte = (one: unknown): one is number =>
    Number.isInteger(one) && (one as number) >= 0 && (one as number) <= 255;
  return value.every(isByte) ? value.map((byte) => String.fromCharCode(byte)).join('') : undefined;
}

/** The core has no encoder of Node's: this one is the language's own. */
function bytesOfUtf8(text: string): string | undefined {
  try {
    return encodeURIComponent(text).replace(/%([0-9A-F]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  } catch {
    return undefined; // half of a pair of surrogates: no text
  }
}
