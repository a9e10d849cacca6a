/**
 * Keeps the state in one SQLite file (node-sqlite3-wasm: SQLite itself, with nothing to compile on
 * the user's machine). One transaction saves all changes together with the position in the
 * log. Only the holder of the instance lock opens the file.
 */
import fs from 'node:fs';
import {join} from 'node:path';
import v8 from 'node:v8';
import type {Database} from 'node-sqlite3-wasm';
import {type HistoryEntry, mostHistoryRows, mostUnsavedRows} from '../../blocks/history.js';
import type {State} from '../../guard/state.js';
import {layoutVersion, loadState, noteSaved, saveTables, type TakeOver, upgrade} from './layout.js';

const fileName = 'blocksmtp.db';

/** Events are kept in the history for so long. Seconds: 90 days. */
const historySeconds = 90 * 86_400;

/** Pause between two searches of the history for entries that are too old. Ms. */
const forgetMs = 3_600_000;

/** One commit removes at most so many surplus rows. A count: an old file may have millions. */
const removedAtOnce = 20_000;

/** If one huge commit made the write-ahead log larger, the next commit cuts it to this size. Bytes. */
const mostLogBytes = 16 * 1024 * 1024;

class NewerError extends Error {}

/**
 * SQLite's errors about the disk, the rights and other processes. Every other error is about the
 * file itself.
 */
const environment =
  /I\/O|full|readonly|read-only|(?:unable|could not|cannot) (?:to )?open|locked|busy|permission|denied|protocol|interrupted|memory/i;

/** Whether the file is damaged: its checks fail, or SQLite finds another fault in a file that it could read. */
function isDamage(error: unknown): boolean {
  if (error instanceof SyntaxError) return true;
  const {name, message} = error as Error;
  return name === 'SQLite3Error' && !environment.test(message);
}

export interface Store {
  /** The state as it was last saved. */
  readonly state: State;
  /** Rows that this program cannot have written, and that were not read. Counts by table. */
  readonly leftOut: ReadonlyMap<string, number>;
  /** The name under which a damaged file was kept; undefined: the file was not damaged. */
  readonly damaged: string | undefined;
  /**
   * Saves all changes of the state, or none. If the file was removed meanwhile, writes a new one
   * with everything.
   *
   * @returns a message for the operator; undefined: nothing to report
   * @throws if the disk refuses. Then the changes stay in memory, and so do the newest entries of the history
   */
  readonly commit: () => string | undefined;
  /** The newest events about a network, newest first. */
  readonly history: (network: string, most: number) => HistoryEntry[];
  /** The newest events since that time, newest first. */
  readonly events: (sinceMs: number, most: number) => HistoryEntry[];
  readonly close: () => void;
}

/** @throws the system's error if the folder cannot be read */
export const hasStore = (stateDir: string): boolean =>
  fs.statSync(join(stateDir, fileName), {throwIfNoEntry: false}) !== undefined;

/**
 * @param takeOver converts the file of an earlier version; without it, tables that only that version had are forgotten
 * @throws if the directory cannot be used, or a newer version has written the file
 */
export async function openStore(
  stateDir: string,
  nowMs: number,
  takeOver: TakeOver = () => undefined,
): Promise<Store> {
  const path = join(stateDir, fileName);
  for (const each of [path, `${path}-wal`, `${path}-journal`]) expectFile(each);
  try {
    return await openAt(path, undefined, nowMs, takeOver);
  } catch (error) {
    if (error instanceof NewerError || !isDamage(error)) throw error;
    const damaged = `${path}.damaged-${nowMs}`;
    fs.renameSync(path, damaged);
    if (fs.existsSync(`${path}-wal`)) fs.renameSync(`${path}-wal`, `${damaged}-wal`);
    return openAt(path, damaged, nowMs, takeOver);
  }
}

/** SQLite would wait for the other end of a pipe, and follow any link. */
function expectFile(path: string): void {
  const link = fs.lstatSync(path, {throwIfNoEntry: false});
  const isStrangers = link !== undefined && link.uid !== 0 && link.uid !== process.getuid?.();
  if (link?.isSymbolicLink() === true && isStrangers)
    throw new Error(`${path}: a link that another user has made`);
  const stat = fs.statSync(path, {throwIfNoEntry: false});
  if (stat?.isFile() === false) throw new Error(`${path}: expected a regular file`);
}

/** The offset of the write format and the read format (SQLite, Database File Format, 1.3.4); each is 1 or 2. */
const formatsAt = 18;

/** SQLite can read a file with a later write format, but never writes to it. @throws if the file has one */
function expectWritable(path: string): void {
  const formats = Buffer.alloc(2);
  const descriptor = fs.openSync(path, 'r');
  try {
    if (fs.readSync(descriptor, formats, 0, 2, formatsAt) < 2) return;
  } finally {
    fs.closeSync(descriptor);
  }
  if (formats.every((format) => format === 1 || format === 2)) return;
  throw new SyntaxError('malformed: the file has a format that cannot be written');
}

async function openAt(
  path: string,
  damaged: string | undefined,
  nowMs: number,
  takeOver: TakeOver,
): Promise<Store> {
  // The optimising compiler would take 50 MB for a program that runs a few statements a second. Not
  // for every process at its start: the scanner of `replay` would take twice its time.
  v8.setFlagsFromString('--liftoff-only');
  const sqlite = await import('node-sqlite3-wasm');
  // The lock of this SQLite is a directory, which `kill -9` leaves behind. Our own lock is flock, and we hold it.
  fs.rmSync(`${path}.lock`, {recursive: true, force: true});
  const open = (): Database => new sqlite.default.Database(path);
  const database = open();
  try {
    expectWritable(path);
    prepare(database);
    const version = Number(database.get('PRAGMA user_version')?.['user_version']);
    if (version > layoutVersion)
      throw new NewerError(
        `blocksmtp.db is of a newer blocksmtp: layout ${version}, and this one reads up to ${layoutVersion}; install the newer version again, or move the file away, which forgets all blocks`,
      );
    const check = database.get('PRAGMA integrity_check(1)')?.['integrity_check'];
    if (version > 0 && check !== 'ok') throw new SyntaxError(`malformed: ${JSON.stringify(check)}`);
    // Writes only what is necessary, so that a full disk does not prevent reading the saved state.
    const leftOut = new Map<string, number>();
    const onLeftOut = (name: string): void => void leftOut.set(name, (leftOut.get(name) ?? 0) + 1);
    const state =
      version < layoutVersion
        ? upgrade(database, version, takeOver, onLeftOut)
        : loadState(database, onLeftOut);
    forgetHistory(database, nowMs - historySeconds * 1000);
    return {...storeOf(database, state, path, open), leftOut, damaged};
  } catch (error) {
    database.close();
    throw error;
  }
}

function prepare(database: Database): void {
  // A write-ahead log, because this build of SQLite never rolls a journal back: on opening it takes
  // its own lock for that of a living writer (`_nodejsCheckReservedLock`), and `kill -9` in a commit
  // would leave half of it. EXCLUSIVE, because it has no shared memory (sqlite.org/wal.html, 8).
  database.exec(
    'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL',
  );
  database.exec(`PRAGMA journal_size_limit = ${mostLogBytes}`);
}

function forgetHistory(database: Database, beforeMs: number): void {
  try {
    database.run('DELETE FROM history WHERE at_ms < ?', [beforeMs]);
  } catch {
    // The disk refuses. The next start does it, and the next commit reports the error.
  }
}

/** Row numbers rise, so this removes rows whose number is too far below the newest. Gaps between numbers do no harm. */
function boundHistory(database: Database): void {
  database.run(
    `DELETE FROM history WHERE rowid <= (
       SELECT min(max(rowid) - ?, min(rowid) + ?) FROM history
     )`,
    [mostHistoryRows, removedAtOnce - 1],
  );
}

function storeOf(
  first: Database,
  state: State,
  path: string,
  open: () => Database,
): Omit<Store, 'leftOut' | 'damaged'> {
  let database = first;
  let file = identityOf(path);
  let forgottenMs = 0;
  const save = (): void => {
    database.exec('BEGIN IMMEDIATE');
    try {
      saveTables(database, state);
      const newestMs = state.history.at(-1)?.atMs ?? 0;
      if (newestMs > forgottenMs + forgetMs) {
        forgetHistory(database, newestMs - historySeconds * 1000);
        forgottenMs = newestMs;
      }
      for (const {atMs, network, event, reason} of state.history) {
        database.run('INSERT INTO history VALUES (?, ?, ?, ?)', [atMs, network, event, reason]);
      }
      if (state.history.length > 0) boundHistory(database);
      database.exec('COMMIT');
    } catch (error) {
      if (database.inTransaction) database.exec('ROLLBACK');
      state.history.splice(0, state.history.length - mostUnsavedRows);
      throw error;
    }
    noteSaved(state);
    state.history.length = 0;
  };
  return {
    state,
    commit: () => {
      // Saves even if the file was removed: it is still open, and the new file is a copy of it.
      save();
      if (file !== undefined && identityOf(path) === file) return undefined;
      const aside = copyTo(database, path);
      database = open();
      prepare(database);
      file = identityOf(path);
      const was = `state: ${path} was removed or replaced: it is written anew, whole`;
      return aside === undefined ? was : `${was}; what was found there is now ${aside}`;
    },
    history: (network, most) =>
      database.all(
        'SELECT at_ms AS atMs, network, event, reason FROM history WHERE network = ? ORDER BY at_ms DESC LIMIT ?',
        [network, most],
      ) as unknown as HistoryEntry[],
    // Sorted by row number, because the newest have the highest, and there is no index by time.
    events: (sinceMs, most) =>
      database.all(
        `SELECT at_ms AS atMs, network, event, reason FROM history
         WHERE rowid > (SELECT max(rowid) FROM history) - ? AND at_ms >= ? ORDER BY rowid DESC`,
        [most, sinceMs],
      ) as unknown as HistoryEntry[],
    close: () => database.close(),
  };
}

/** @returns undefined if there is no file */
function identityOf(path: string): string | undefined {
  const there = fs.statSync(path, {throwIfNoEntry: false});
  return there && `${there.dev} ${there.ino}`;
}

/**
 * Copies the whole database to the path, and closes it. A crash meanwhile leaves the file at the path unchanged.
 *
 * @returns the name under which another file, found at the path, is kept; undefined: there was none
 */
function copyTo(database: Database, path: string): string | undefined {
  const fresh = `${path}.new`;
  fs.rmSync(fresh, {force: true});
  database.exec(`VACUUM INTO '${fresh.replaceAll("'", "''")}'`);
  const aside = fs.existsSync(path) ? `${path}.found-${Date.now()}` : undefined;
  if (aside !== undefined) fs.renameSync(path, aside);
  // Without another database at the path, this log is our own, and was copied. Otherwise it belongs to that database.
  if (aside === undefined) fs.rmSync(`${path}-wal`, {force: true});
  else if (fs.existsSync(`${path}-wal`)) fs.renameSync(`${path}-wal`, `${aside}-wal`);
  database.close();
  fs.renameSync(fresh, path);
  return aside;
}
