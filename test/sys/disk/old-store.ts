/** Writes state files as earlier versions made them, in raw SQL. */
import {join} from 'node:path';
import sqlite from 'node-sqlite3-wasm';
import type {Row} from '../../../src/guard/state.js';
import type {OldRows} from '../../../src/sys/disk/layout.js';

export const writtenMs = 1_000_000_000_000;

/** The tables of each layout; 3 is as 4 without the last three. */
export const tablesOf = {
  1: ['blocks', 'offenders', 'sessions', 'positions'],
  2: [
    'blocks',
    'offenders',
    'envelopes',
    'connections',
    'deliveries',
    'openMessages',
    'positions',
    'journals',
  ],
  4: [
    'blocks',
    'offenders',
    'envelopes',
    'connections',
    'deliveries',
    'openMessages',
    'positions',
    'journals',
    'senders',
    'brake',
    'chains',
    'outgoing',
    'egressChains',
  ],
} as const;

const block = {network: 'n', fromMs: 1, untilMs: 2, reason: 'r', origin: 'evidence'};

const senderHour = {
  ...{hour: 1, standing: 'other', user: 'u', directory: '', program: 'p', script: ''},
  ...{home: {kind: 'none'}, connections: 2, destinations: [], pid: 1, lastMs: 1},
};

export const offender = {
  score: 3,
  scoredMs: 5,
  counted: [7],
  kinds: {unknownRecipient: 3},
  accepted: 1,
  firstMs: 4,
  lastMs: 5,
  blocks: 2,
  blockedUntilMs: 6,
  proof: 'kernel',
};

/** The rows of each table. */
export const values: Readonly<Record<string, readonly Row[]>> = {
  blocks: [['n', block]],
  offenders: [
    ['twice', offender],
    ['never', {...offender, blocks: 0}],
  ],
  envelopes: [['e', {client: undefined, held: [], firstMs: 1, lastMs: 2}]],
  connections: [['c', {address: '192.0.2.7', proof: 'log', firstMs: 1, lastMs: 2}]],
  deliveries: [['d', {address: '192.0.2.7', proof: 'log', atMs: 1}]],
  openMessages: [['o', {id: 'q', text: 'x', pieces: 1, atMs: 1}]],
  positions: [['/log', [{identity: '1:2', offset: 3, guard: 'ff'}]]],
  journals: [['journal', {cursor: 's=1'}]],
  sessions: [['s', {}]],
  senders: [['a', {firstMinute: 1, lastMinute: 2}]],
  brake: [['brake', {kind: 'stopped', sinceMs: 1, clients: ['a'], heldBack: 3}]],
  chains: [['C 25', {chain: 'C', port: 25}]],
  outgoing: [['1 other p', senderHour]],
  egressChains: [['E', {chain: 'E'}]],
};

const offenderOf1 = {...offender, kinds: undefined, accepted: undefined};
const offendersOf1 = [
  ['twice', offenderOf1],
  ['never', {...offenderOf1, blocks: 0}],
] as const;

export function writeOldStore(folder: string, version: 1 | 2 | 4): void {
  const database = new sqlite.Database(join(folder, 'blocksmtp.db'));
  database.exec('PRAGMA journal_mode = WAL');
  for (const name of tablesOf[version]) {
    database.exec(`CREATE TABLE ${name} (key TEXT PRIMARY KEY, value TEXT NOT NULL)`);
    const rows = version === 1 && name === 'offenders' ? offendersOf1 : values[name];
    for (const [key, value] of rows ?? []) {
      database.run(`INSERT INTO ${name} VALUES (?, ?)`, [key, JSON.stringify(value)]);
    }
  }
  database.exec(`
    CREATE TABLE history (at_ms INTEGER NOT NULL, network TEXT NOT NULL, event TEXT NOT NULL, reason TEXT NOT NULL);
    CREATE INDEX history_network ON history (network, at_ms);
    INSERT INTO history VALUES (${writtenMs}, 'n', 'blocked', 'r');
    PRAGMA user_version = ${version};`);
  database.close();
}

/** What a file has: its version, and the names of its tables. Also in a closed one only. */
export function lookInto(folder: string): {version: unknown; tables: unknown[]} {
  const database = new sqlite.Database(join(folder, 'blocksmtp.db'));
  database.exec('PRAGMA locking_mode = EXCLUSIVE');
  const version = database.get('PRAGMA user_version')?.['user_version'];
  const tables = database.all(`SELECT name FROM sqlite_master WHERE type = 'table'`);
  database.close();
  return {version, tables: tables.map((row) => row['name'])};
}

export const oldTables = ['offenders', 'senders', 'brake'] as const;

/** All that is taken over. */
export const readOld = (rows: OldRows): Record<string, Row[]> =>
  Object.fromEntries(oldTables.map((name) => [name, [...rows(name)]]));
