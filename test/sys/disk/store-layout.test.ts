/**
 * State files of earlier versions, made as those made them: nothing that the present one can read is
 * lost, and what came later is there and empty.
 */
import {afterEach, describe, expect, test} from '@jest/globals';
import {join} from 'node:path';
import sqlite from 'node-sqlite3-wasm';
import {openStore, type Store} from '../../../src/sys/disk/store.js';
import {tempDirs} from '../../support/temp.js';

const newDir = tempDirs();
const startMs = 1_000_000_000_000;
let store: Store | undefined;
afterEach(() => {
  store?.close();
  store = undefined;
});

const tablesOf = {
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
const offender = {
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
const values: Readonly<Record<string, readonly (readonly [string, unknown])[]>> = {
  blocks: [['n', block]],
  offenders: [
    ['twice', offender],
    ['never', {...offender, blocks: 0}],
  ],
  envelopes: [['e', {client: undefined, held: [], firstMs: 1, lastMs: 2}]],
  connections: [['c', {address: 'a', proof: 'log', firstMs: 1, lastMs: 2}]],
  deliveries: [['d', {address: 'a', proof: 'log', atMs: 1}]],
  openMessages: [['o', {atMs: 1}]],
  positions: [['/log', [{identity: '1:2', offset: 3, guard: 'ff'}]]],
  journals: [['journal', {cursor: 's=1'}]],
  sessions: [['s', {}]],
  senders: [['a', {firstMinute: 1, lastMinute: 2}]],
  brake: [['brake', {kind: 'stopped', sinceMs: 1, clients: ['a'], heldBack: 3}]],
  chains: [['C 25', {chain: 'C', port: 25}]],
  outgoing: [['1 other p', {hour: 1, standing: 'other', user: 'u', connections: 2}]],
  egressChains: [['E', {chain: 'E'}]],
};

const offenderOf1 = {...offender, kinds: undefined, accepted: undefined};
const offendersOf1 = [
  ['twice', offenderOf1],
  ['never', {...offenderOf1, blocks: 0}],
] as const;

function write(version: 1 | 2 | 4): string {
  const folder = newDir();
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
    INSERT INTO history VALUES (${startMs}, 'n', 'blocked', 'r');
    PRAGMA user_version = ${version};`);
  database.close();
  return folder;
}

const entriesOf = (name: string): unknown =>
  JSON.parse(JSON.stringify([...store!.state[name as 'blocks'].entries()]));
const written = (name: string): unknown => JSON.parse(JSON.stringify(values[name]));

describe('a file of layout 2', () => {
  test('loses nothing, and has room for senders and brake', async () => {
    const folder = write(2);
    store = await openStore(folder, startMs);
    expect(store.damaged).toBeUndefined();
    for (const name of tablesOf[2]) expect([name, entriesOf(name)]).toEqual([name, written(name)]);
    expect(store.history('n', 9)).toHaveLength(1);
    expect([store.state.senders.size, store.state.brake.size]).toEqual([0, 0]);
  });

  test('is of layout 3 from then on, and saves what is new', async () => {
    const folder = write(2);
    store = await openStore(folder, startMs);
    store.state.senders.set('a', {firstMinute: 1, lastMinute: 2});
    const stop = {sinceMs: 1, clients: ['a', 'b'], heldBack: 3};
    store.state.brake.set('brake', {kind: 'stopped', ...stop});
    store.commit();
    store.close();
    store = await openStore(folder, startMs);
    expect(entriesOf('senders')).toEqual([['a', {firstMinute: 1, lastMinute: 2}]]);
    expect(entriesOf('brake')).toEqual([['brake', {kind: 'stopped', ...stop}]]);
    expect(entriesOf('offenders')).toEqual(written('offenders'));
  });
});

test('a file of the present layout is read as it was written, and saved as it was read', async () => {
  const folder = write(4);
  for (let i = 0; i < 2; i++) {
    store = await openStore(folder, startMs);
    expect(store.damaged).toBeUndefined();
    for (const name of tablesOf[4]) expect([name, entriesOf(name)]).toEqual([name, written(name)]);
    expect(store.history('n', 9)).toHaveLength(1);
    for (const name of tablesOf[4]) {
      const table = store.state[name as 'blocks'];
      for (const [key, value] of [...table.entries()]) table.set(key, value);
    }
    store.commit();
    store.close();
    store = undefined;
  }
});

describe('a file of layout 1', () => {
  test('keeps blocks, places and how often somebody was blocked; scores begin anew', async () => {
    const folder = write(1);
    store = await openStore(folder, startMs);
    expect(store.damaged).toBeUndefined();
    expect(entriesOf('blocks')).toEqual(written('blocks'));
    expect(entriesOf('positions')).toEqual(written('positions'));
    const anew = {...offender, score: 0, counted: [], kinds: {}, accepted: 0};
    expect(entriesOf('offenders')).toEqual([['twice', anew]]);
    expect(store.history('n', 9)).toHaveLength(1);
    expect([store.state.senders.size, store.state.brake.size]).toEqual([0, 0]);
  });
});
