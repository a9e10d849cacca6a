/**
 * Keeps the state in one SQLite file (node-sqlite3-wasm: SQLite itself, with nothing to compile on
 * the user's machine). One transaction saves everything that changed together with the place in the
 * log. Only the holder of the instance lock opens it.
 */
import fs from 'node:fs';
import {join} from 'node:path';
import v8 from 'node:v8';
import type {Database} from 'node-sqlite3-wasm';
import {type HistoryEntry, mostHistoryRows, mostUnsavedRows} from '../../blocks/history.js';
import type {State} from '../../guard/state.js';
import {layoutVersion, loadState, noteSaved, saveTables, type TakeOver, upgrade} from './layout.js';

const fileName = 'blocksmtp.db';

/** History is kept so long. Seconds: as long as the longest repeat memory people use, and a bit. */
const historySeconds = 90 * 86_400;

/** Pause between two searches of the history for entries that are too old. Ms. */
const forgetMs = 3_600_000;

/** Of what is too much one commit removes so many rows. A count: an old file may have millions. */
const removedAtOnce = 20_000;

/** What one huge commit has made the write-ahead log grow to is given back with the next. Bytes. */
const mostLogBytes = 16 * 1024 * 1024;

class NewerError extends Error {}

/**
 * What SQLite reports about the disk, the rights and other users; every other error is about the
 * file itself.
 */
const environment =
  /I\/O|full|readonly|read-only|(?:unable|could not|cannot) (?:to )?open|locked|busy|permission|denied|protocol|interrupted|memory/i;

/** A file whose inner checks fail, or whatever else SQLite finds wrong in a file that it could read. */
function isDamage(error: unknown): boolean {
  if (error instanceof SyntaxError) return true;
  const {name, message} = error as Error;
  return name === 'SQLite3Error' && !environment.test(message);
}

export interface Store {
  /** What was saved last. */
  readonly state: State;
  /** Rows that are none of ours, by table, were not read. Counts. */
  readonly leftOut: ReadonlyMap<string, number>;
  /** A damaged file has been put aside under this name. */
  readonly damaged: string | undefined;
  /**
   * Saves all changes of the state, or none. If the file was removed meanwhile, writes a new one
   * with everything.
   *
   * @returns a message for the operator; undefined: nothing to report
   * @throws when the disk refuses; then all are kept, and of the history the newest
   */
  readonly commit: () => string | undefined;
  /** The newest events about a network, newest first. */
  readonly history: (network: string, most: number) => HistoryEntry[];
  /** The newest events since that time, newest first. */
  readonly events: (sinceMs: number, most: number) => HistoryEntry[];
  readonly close: () => void;
}

/** @throws what the system says when it cannot tell */
export const hasStore = (stateDir: string): boolean =>
  fs.statSync(join(stateDir, fileName), {throwIfNoEntry: false}) !== undefined;

/**
 * @param takeOver for the file of an earlier version; left out: what it alone had is forgotten
 * @throws when the directory cannot be used, or a newer version has written the file
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

/** SQLite would wait for the other end of a pipe, and write through a link wherever it leads. */
function expectFile(path: string): void {
  const link = fs.lstatSync(path, {throwIfNoEntry: false});
  const isStrangers = link !== undefined && link.uid !== 0 && link.uid !== process.getuid?.();
  if (link?.isSymbolicLink() === true && isStrangers)
    throw new Error(`${path}: a link that another user has made`);
  const stat = fs.statSync(path, {throwIfNoEntry: false});
  if (stat?.isFile() === false) throw new Error(`${path}: expected a regular file`);
}

/** Where the formats of writing and of reading stand (SQLite, Database File Format, 1.3.4): 1 or 2 each. */
const formatsAt = 18;

/** SQLite reads a file of a later format, and never writes to it. @throws where it is damaged so */
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
  // Its lock is a directory, which `kill -9` leaves behind. Ours is flock, and we hold it.
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
    // Only what must be is written: a full disk shall not keep the saved state from being read.
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
    // The disk refuses; the next start does it, and the next commit says so.
  }
}

/** Rows have rising numbers: those behind the newest so many go, and holes among them harm nobody. */
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
      // Also into a file that is gone: it is still open, and a new one is copied from it.
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
    // By row: the newest have the highest numbers, and a table without an index by time is not sorted.
    events: (sinceMs, most) =>
      database.all(
        `SELECT at_ms AS atMs, network, event, reason FROM history
         WHERE rowid > (SELECT max(rowid) FROM history) - ? AND at_ms >= ? ORDER BY rowid DESC`,
        [most, sinceMs],
      ) as unknown as HistoryEntry[],
    close: () => database.close(),
  };
}

/** @returns undefined where there is nothing */
function identityOf(path: string): string | undefined {
  const there = fs.statSync(path, {throwIfNoEntry: false});
  return there && `${there.dev} ${there.ino}`;
}

/**
 * Puts all that the database holds at the path, and closes it. A crash on the way leaves what was there.
 *
 * @returns under which name what was found there is kept; undefined: nothing was
 */
function copyTo(database: Database, path: string): string | undefined {
  const fresh = `${path}.new`;
  fs.rmSync(fresh, {force: true});
  database.exec(`VACUUM INTO '${fresh.replaceAll("'", "''")}'`);
  const aside = fs.existsSync(path) ? `${path}.found-${Date.now()}` : undefined;
  if (aside !== undefined) fs.renameSync(path, aside);
  // Without a database it is our own, and copied; beside another one it is that one's.
  if (aside === undefined) fs.rmSync(`${path}-wal`, {force: true});
  else if (fs.existsSync(`${path}-wal`)) fs.renameSync(`${path}-wal`, `${aside}-wal`);
  database.close();
  fs.renameSync(fresh, path);
  return aside;
}
