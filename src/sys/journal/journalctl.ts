/**
 * Decides how to call journalctl(1), and where the journal is. Follows nothing (`journal.ts`), and does
 * not know what an entry means (`log/journal-entry.ts`).
 *
 * Refused: `--after-cursor`. Up to systemd 252 (Debian 12) it drops one entry too many if the
 * filter hides the entry of the cursor itself. `--cursor` gives that entry again, and the reader
 * drops it. Refused: `--all`. Without it a field of more than 4096 bytes is null, so nobody can
 * make us read a message of 768 MB. Refused: `--merge`, which would include other machines' journals.
 */
import fs from 'node:fs';
import {join} from 'node:path';
import {cursorAt, entryFields} from '../../log/journal-entry.js';
import {runCommand} from '../run/command.js';

export const journalctl = 'journalctl';

/** The journal files to read. */
export type JournalPlace =
  /** The system's files of this machine in /run and /var, without those of users. */
  | {readonly kind: 'machine'}
  /** All files in a folder, wherever they came from. */
  | {readonly kind: 'folder'; readonly path: string};

/** `stored`: prints the stored entries and ends. `follow`: goes on, and prints new entries. */
export type ReadMode = 'stored' | 'follow';

const roots = ['/run/log/journal', '/var/log/journal'];
const machineIdPath = '/etc/machine-id';
const searchPath = ['/usr/bin', '/bin', '/usr/local/bin'];
const lookTimeoutMs = 30_000;

/** An identifier comes behind a `=`, so that it can never become an option. */
export function readParameters(
  place: JournalPlace,
  identifiers: readonly string[],
  cursor: string,
  mode: ReadMode,
): readonly string[] {
  return [
    ...common(place),
    ...identifiers.map((identifier) => `--identifier=${identifier}`),
    `--output-fields=${entryFields.join(',')}`,
    `--cursor=${cursor}`,
    ...(mode === 'follow' ? ['--follow', '--no-tail'] : []),
  ];
}

/** Prints stored entries since a time. */
export function sinceParameters(
  place: JournalPlace,
  identifiers: readonly string[],
  sinceMs: number,
): readonly string[] {
  return [
    ...common(place),
    ...identifiers.map((identifier) => `--identifier=${identifier}`),
    `--output-fields=${entryFields.join(',')}`,
    `--since=@${Math.floor(sinceMs / 1000)}`,
  ];
}

/** Prints the newest entries of the mail facility (RFC 5424: 2) since a time, of any program. */
export const recentMailParameters = (sinceMs: number, mostEntries: number): readonly string[] => [
  ...common({kind: 'machine'}),
  `--output-fields=${entryFields.join(',')}`,
  `--since=@${Math.floor(sinceMs / 1000)}`,
  `--lines=${mostEntries}`,
  'SYSLOG_FACILITY=2',
];

/**
 * The cursor behind the newest entry, even in an empty journal.
 * Looks at all entries, because the mailer may have written none yet.
 */
export async function endOfJournal(
  place: JournalPlace,
  stop: AbortSignal,
): Promise<
  | {readonly kind: 'cursor'; readonly cursor: string}
  | {readonly kind: 'unreadable'; readonly why: string}
> {
  const beforeMs = Date.now();
  const parameters = [...common(place), '--output-fields=_PID', '--lines=1'];
  const result = await runCommand(journalctl, parameters, {timeoutMs: lookTimeoutMs, stop});
  if (result.kind !== 'done') return {kind: 'unreadable', why: result.why};
  const cursor = /"__CURSOR"\s*:\s*"([^"]+)"/.exec(result.stdout)?.[1];
  return {kind: 'cursor', cursor: cursor ?? cursorAt(beforeMs)};
}

/** `--quiet` still prints errors. `--system` leaves out the separate files of ordinary users. */
const common = (place: JournalPlace): string[] => [
  ...(place.kind === 'machine' ? ['--system'] : [`--directory=${place.path}`]),
  '--no-pager',
  '--quiet',
  '--output=json',
];

/**
 * The existing folders, as one text to compare. A journalctl that was started before a folder
 * was created (journald moved from /run to /var) waits for ever without an error.
 */
export function journalFolders(place: JournalPlace): string {
  const folders = place.kind === 'machine' ? roots : [place.path];
  return folders.map((path) => identityOf(path)).join(' ');
}

function identityOf(path: string): string {
  try {
    const stat = fs.statSync(path, {throwIfNoEntry: false});
    return stat === undefined ? 'none' : `${stat.dev}:${stat.ino}`;
  } catch {
    return 'refused'; // a timer asks, so an error would end the daemon
  }
}

/** The number that journald writes into every entry of this machine. */
export function ownMachineId(): string | undefined {
  try {
    return fs.readFileSync(machineIdPath, 'latin1').trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Whether this machine has a journal that can be read: its files, and journalctl. */
export function hasJournal(): boolean {
  const isThere = searchPath.some((folder) => fs.existsSync(join(folder, journalctl)));
  return isThere && roots.some((root) => hasJournalFile(root));
}

function hasJournalFile(root: string): boolean {
  try {
    const names = fs.readdirSync(root, {recursive: true, encoding: 'utf8'});
    return names.some((name) => name.endsWith('.journal'));
  } catch {
    return false;
  }
}
