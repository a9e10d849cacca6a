/**
 * How journalctl(1) is called, and where the journal lies. Follows nothing (`journal.ts`), and does
 * not know what an entry says (`log/journal-entry.ts`).
 *
 * `--after-cursor` is not used: up to systemd 252 (Debian 12) it drops one entry too many when the
 * filter hides the entry of the cursor itself. `--cursor` gives that entry again, and the reader
 * drops it. No `--all` either: without it a field of more than 4096 bytes is null, and nobody can
 * make us read a message of 768 MB. And no `--merge`: other machines' journals stay out.
 */
import fs from 'node:fs';
import {join} from 'node:path';
import {cursorAt, entryFields} from '../../log/journal-entry.js';
import {runCommand} from '../run/command.js';

export const journalctl = 'journalctl';

/** Where journal files are read. */
export type JournalPlace =
  /** Of this machine: those of /run and /var, as long as they are the system's, not a user's. */
  | {readonly kind: 'machine'}
  /** All that lie in a folder, wherever they came from. */
  | {readonly kind: 'folder'; readonly path: string};

/** `stored`: what there is, and then it ends. `follow`: it stays, and prints what comes. */
export type ReadMode = 'stored' | 'follow';

const roots = ['/run/log/journal', '/var/log/journal'];
const machineIdPath = '/etc/machine-id';
const searchPath = ['/usr/bin', '/bin', '/usr/local/bin'];
const lookTimeoutMs = 30_000;

/** An identifier stands behind its `=`, so that whatever it is it cannot become an option. */
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

/** Of all that is stored, what came since then. */
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

/** The newest entries of the mail facility (RFC 5424: 2) since then, of any program. */
export const recentMailParameters = (sinceMs: number, mostEntries: number): readonly string[] => [
  ...common({kind: 'machine'}),
  `--output-fields=${entryFields.join(',')}`,
  `--since=@${Math.floor(sinceMs / 1000)}`,
  `--lines=${mostEntries}`,
  'SYSLOG_FACILITY=2',
];

/**
 * A cursor to go on from with what is written from now on, whether or not anything ever was.
 * Asked of all entries, not of the mailer's: it may have written none yet.
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

/** `--quiet` still names what fails; `--system`: what an ordinary user writes has its own files. */
const common = (place: JournalPlace): string[] => [
  ...(place.kind === 'machine' ? ['--system'] : [`--directory=${place.path}`]),
  '--no-pager',
  '--quiet',
  '--output=json',
];

/**
 * Which folders there are, as one text to compare. A journalctl that was started before a folder
 * was made (journald moved from /run to /var) waits for ever without a word.
 */
export function journalFolders(place: JournalPlace): string {
  const folders = place.kind === 'machine' ? roots : [place.path];
  return folders.map((path) => identityOf(path)).join(' ');
}

function identityOf(path: string): string {
  const stat = fs.statSync(path, {throwIfNoEntry: false});
  return stat === undefined ? 'none' : `${stat.dev}:${stat.ino}`;
}

/** The number that journald writes into every entry of this machine. */
export function ownMachineId(): string | undefined {
  try {
    return fs.readFileSync(machineIdPath, 'latin1').trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Whether this machine keeps a journal that can be read: files of it, and journalctl. */
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
