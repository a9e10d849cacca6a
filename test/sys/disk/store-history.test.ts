/** How much the history can grow, on the disk and while the disk refuses. */
import {afterEach, expect, test} from '@jest/globals';
import {join} from 'node:path';
import sqlite from 'node-sqlite3-wasm';
import type {Block} from '../../../src/blocks/block.js';
import {mostHistoryRows, mostUnsavedRows} from '../../../src/blocks/history.js';
import {openStore, type Store} from '../../../src/sys/disk/store.js';
import {tempDirs} from '../../support/temp.js';

const newDir = tempDirs();
const startMs = 1_000_000_000_000;
let store: Store | undefined;

afterEach(() => store?.close());

async function open(folder: string): Promise<Store> {
  store = await openStore(folder, startMs);
  return store;
}

test('has a limit in rows: the oldest go, a part with each commit', async () => {
  const folder = newDir();
  (await openStore(folder, startMs)).close();
  const database = new sqlite.Database(join(folder, 'blocksmtp.db'));
  database.exec('PRAGMA locking_mode = EXCLUSIVE');
  const numbers = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${mostHistoryRows + 25_000})`;
  database.exec(
    `${numbers} INSERT INTO history SELECT ${startMs} + i, 'n' || i, 'blocked', '' FROM n`,
  );
  database.close();
  const {state, commit, history} = await open(folder);
  const next = (): void => {
    state.history.push({atMs: startMs + 1e7, network: 'new', event: 'blocked', reason: ''});
    commit();
  };
  next();
  expect([history('n20000', 1), history('n20001', 1)]).toMatchObject([[], [{network: 'n20001'}]]);
  next();
  expect([history('n25002', 1), history('n25003', 1)]).toMatchObject([[], [{network: 'n25003'}]]);
  expect(history('new', 5)).toHaveLength(2);
});

test('only the newest of the events that a full disk refuses wait', async () => {
  const {state, commit} = await open(newDir());
  for (let i = 0; i < mostUnsavedRows + 5; i++) {
    state.history.push({atMs: i, network: 'n', event: 'blocked', reason: ''});
  }
  // Nothing of this can be written: it has no JSON.
  state.blocks.set('bad', {fromMs: 1n} as unknown as Block);
  expect(commit).toThrow();
  expect([state.history.length, state.history[0]?.atMs]).toEqual([mostUnsavedRows, 5]);
});
