/**
 * Stores the tables of the state in the database: reads and writes them, and converts those of earlier
 * versions. Decides nothing about files, commits and damage (`store.ts`), nor what an old row means now.
 */
import {randomBytes} from 'node:crypto';
import type {Sheet} from '../../base/mechanisms/sheet.js';
import {isSavedRow} from '../../guard/saved-rows.js';
import {
  makeState,
  packedNames,
  type PackedName,
  plainNames,
  type PlainName,
  type Row,
  type State,
} from '../../guard/state.js';

/** The functions of a database that are needed here. */
interface Sql {
  exec(sql: string): unknown;
  run(sql: string, values: (string | number)[]): unknown;
  all(sql: string): unknown[];
  prepare(sql: string): Statement;
}

interface Statement {
  run(values: (number | Uint8Array)[]): unknown;
  iterate(): Iterable<unknown>;
  finalize(): void;
}

/** Version of the layout below, kept in SQLite's `user_version`. */
export const layoutVersion = 5;

/** Tables of layouts 1 to 4 whose rows moved into other tables in layout 5. */
const oldNames = ['offenders', 'senders', 'brake'] as const;
type OldName = (typeof oldNames)[number];

/** The rows of an old table, in the order in which they were set; none if there was no such table. */
export type OldRows = (name: OldName) => Iterable<Row>;

/** Converts the rows of old tables into the state. */
export type TakeOver = (rows: OldRows, state: State) => void;

/**
 * A plain table that is newer than the file is created when it gets its first row. So it needs no new
 * layout, a full disk does not prevent reading the rest, and the previous version can still read the file.
 */
function plainTable(name: PlainName): string {
  return `CREATE TABLE IF NOT EXISTS ${name} (key TEXT PRIMARY KEY, value TEXT NOT NULL)`;
}

/**
 * A plain table has JSON under a key, and a packed table has its sheets. The history has columns of its own, so that it
 * can be searched.
 */
const layout = `
  ${plainNames.map((name) => `${plainTable(name)};`).join('\n')}
  ${packedNames.map((name) => `CREATE TABLE IF NOT EXISTS ${name} (number INTEGER PRIMARY KEY, bytes BLOB NOT NULL);`).join('\n')}
  CREATE TABLE IF NOT EXISTS history (at_ms INTEGER NOT NULL, network TEXT NOT NULL, event TEXT NOT NULL, reason TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS history_network ON history (network, at_ms);
  PRAGMA user_version = ${layoutVersion};
`;

/** Layout 1 has no half-read sessions and no scores of today's kind. They begin again; blocks go on. */
const begunAnew = `
  DROP TABLE IF EXISTS sessions;
  DELETE FROM offenders WHERE json_extract(value, '$.blocks') = 0;
  UPDATE offenders SET value = json_set(value, '$.score', 0, '$.counted', json('[]'),
    '$.kinds', json('{}'), '$.accepted', 0);
`;

/** Each start makes a new salt, so that it is of little use to an attacker who learns it. */
export function loadState(database: Sql, onLeftOut: (name: string) => void): State {
  function* sound(name: PlainName): Generator<Row> {
    for (const [key, value] of savedRows(database, name)) {
      if (isSavedRow(name, key, value)) yield [key, value];
      else onLeftOut(name);
    }
  }
  function* sheets(name: PackedName): Generator<Sheet> {
    for (const [number, bytes] of savedSheets(database, name)) {
      if (bytes instanceof Uint8Array) yield [number, bytes];
      else onLeftOut(name);
    }
  }
  return makeState({rows: sound, sheets}, 'saved', randomBytes(4).readInt32LE());
}

/**
 * Upgrades the file of an earlier version, or an empty file. It happens as a whole or not at all: if the process is
 * killed meanwhile, the next start does it again.
 */
export function upgrade(
  database: Sql,
  version: number,
  takeOver: TakeOver,
  onLeftOut: (name: string) => void,
): State {
  const old = oldTables(database);
  function* rows(name: OldName): Generator<Row> {
    for (const [key, value] of old.includes(name) ? savedRows(database, name) : []) {
      if (value === undefined) onLeftOut(name);
      else yield [key, value];
    }
  }
  database.exec('BEGIN IMMEDIATE');
  if (version === 1) database.exec(begunAnew);
  database.exec(layout);
  const state = loadState(database, onLeftOut);
  if (version > 0) takeOver(rows, state);
  for (const name of old) if (!isPresent(name)) database.exec(`DROP TABLE ${name}`);
  saveTables(database, state);
  database.exec('COMMIT');
  noteSaved(state);
  return state;
}

const isPresent = (name: string): boolean => plainNames.some((each) => each === name);

/** The old tables that this file has. */
function oldTables(database: Sql): readonly OldName[] {
  const names = tableNames(database);
  return oldNames.filter((name) => names.has(name));
}

function tableNames(database: Sql): ReadonlySet<string> {
  const all = database.all(`SELECT name FROM sqlite_master WHERE type = 'table'`);
  return new Set(all.map((row) => (row as {name: string}).name));
}

/** Reads the rows one by one. A table may have 100,000, and all rows at once took 15 MB more. */
function* savedRows(database: Sql, name: PlainName | OldName): Generator<Row> {
  if (!tableNames(database).has(name)) return;
  // `INSERT OR REPLACE` gives a row the highest number. So the rows come in the order in which they were set.
  const rows = database.prepare(`SELECT key, value FROM ${name} ORDER BY rowid`);
  try {
    for (const row of rows.iterate()) {
      const {key, value} = row as {key: string; value: string};
      yield [key, parsed(value)];
    }
  } finally {
    rows.finalize();
  }
}

/** @returns undefined if the text is no JSON, and so no row of ours */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function* savedSheets(database: Sql, name: PackedName): Generator<Sheet> {
  const rows = database.prepare(`SELECT number, bytes FROM ${name} ORDER BY number`);
  try {
    for (const row of rows.iterate()) {
      const {number, bytes} = row as {number: number; bytes: Uint8Array};
      yield [number, bytes];
    }
  } finally {
    rows.finalize();
  }
}

/** Writes the changes, in the transaction of the caller. */
export function saveTables(database: Sql, state: State): void {
  for (const name of plainNames) saveRows(database, state, name);
  for (const name of packedNames) saveSheets(database, state, name);
}

/** Called after the transaction, when the changes are safe on disk. */
export function noteSaved(state: State): void {
  for (const name of [...plainNames, ...packedNames]) state[name].saved();
}

function saveRows(database: Sql, state: State, name: PlainName): void {
  const {put, deleted} = state[name].changes();
  if (put.size + deleted.size === 0) return;
  database.exec(plainTable(name));
  for (const [key, value] of put) {
    database.run(`INSERT OR REPLACE INTO ${name} VALUES (?, ?)`, [key, JSON.stringify(value)]);
  }
  for (const key of deleted) database.run(`DELETE FROM ${name} WHERE key = ?`, [key]);
}

function saveSheets(database: Sql, state: State, name: PackedName): void {
  const row = database.prepare(`INSERT OR REPLACE INTO ${name} VALUES (?, ?)`);
  try {
    for (const [number, bytes] of state[name].changes()) row.run([number, bytes]);
  } finally {
    row.finalize();
  }
}
