/**
 * How the tables of the state lie in the database: read, written, and made of those of earlier
 * versions. Decides nothing about files, commits and damage (`store.ts`), nor what an old row means now.
 */
import {randomBytes} from 'node:crypto';
import type {Sheet} from '../../base/mechanisms/packed-table.js';
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

/** What is needed here of a database. */
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

/** Tables of layouts 1 to 4 whose rows became rows of others in layout 5. */
const oldNames = ['offenders', 'senders', 'brake'] as const;
type OldName = (typeof oldNames)[number];

/** The rows of a table that is no more, in the order in which they were set; none where it never was. */
export type OldRows = (name: OldName) => Iterable<Row>;

/** Puts into the state what the rows of old tables mean now. */
export type TakeOver = (rows: OldRows, state: State) => void;

/**
 * A plain table that came later than its file is made when something is in it: so it needs no other
 * layout, a full disk does not keep the rest from being read, and the version before can read on.
 */
function plainTable(name: PlainName): string {
  return `CREATE TABLE IF NOT EXISTS ${name} (key TEXT PRIMARY KEY, value TEXT NOT NULL)`;
}

/**
 * A plain table holds JSON under a key, a packed one its sheets; the history has columns of its own,
 * for questions.
 */
const layout = `
  ${plainNames.map((name) => `${plainTable(name)};`).join('\n')}
  ${packedNames.map((name) => `CREATE TABLE IF NOT EXISTS ${name} (number INTEGER PRIMARY KEY, bytes BLOB NOT NULL);`).join('\n')}
  CREATE TABLE IF NOT EXISTS history (at_ms INTEGER NOT NULL, network TEXT NOT NULL, event TEXT NOT NULL, reason TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS history_network ON history (network, at_ms);
  PRAGMA user_version = ${layoutVersion};
`;

/** What layout 1 cannot express: half-read sessions and scores start again, blocks count on. */
const begunAnew = `
  DROP TABLE IF EXISTS sessions;
  DELETE FROM offenders WHERE json_extract(value, '$.blocks') = 0;
  UPDATE offenders SET value = json_set(value, '$.score', 0, '$.counted', json('[]'),
    '$.kinds', json('{}'), '$.accepted', 0);
`;

/** The salt is another one after each start: who learns it learns little. */
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
 * From an earlier version, or from an empty file, to a state of this one. All or nothing: a start that is
 * killed in it does it again.
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

/** Of the old ones. */
function oldTables(database: Sql): readonly OldName[] {
  const names = tableNames(database);
  return oldNames.filter((name) => names.has(name));
}

function tableNames(database: Sql): ReadonlySet<string> {
  const all = database.all(`SELECT name FROM sqlite_master WHERE type = 'table'`);
  return new Set(all.map((row) => (row as {name: string}).name));
}

/** One by one: a table may have 100,000, and all rows at once took 15 MB more. */
function* savedRows(database: Sql, name: PlainName | OldName): Generator<Row> {
  if (!tableNames(database).has(name)) return;
  // `INSERT OR REPLACE` gives a row the highest number: oldest set first, as in the table.
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

/** @returns undefined for what is no JSON: no row of ours */
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

/** Writes what has changed, in the transaction of its caller. */
export function saveTables(database: Sql, state: State): void {
  for (const name of plainNames) saveRows(database, state, name);
  for (const name of packedNames) saveSheets(database, state, name);
}

/** After the transaction: what was written is safe. */
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
