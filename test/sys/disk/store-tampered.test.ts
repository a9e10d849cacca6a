/** A database that a hand, another program or a bad disk has changed: what is none of ours is not read. */
import {afterEach, describe, expect, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import sqlite from 'node-sqlite3-wasm';
import {packedNames, plainNames} from '../../../src/guard/state.js';
import {openStore, type Store} from '../../../src/sys/disk/store.js';
import {tempDirs} from '../../support/temp.js';

const newDir = tempDirs();
const nowMs = 1_000_000_000_000;
const good = {
  ...{network: '192.0.2.1', fromMs: nowMs, untilMs: nowMs + 1000, reason: 'x'},
  origin: 'evidence' as const,
};
let store: Store | undefined;
afterEach(() => {
  store?.close();
  store = undefined;
});

/** A good database with one block, changed by another program. */
async function tampered(change: (database: sqlite.Database) => void): Promise<Store> {
  const folder = newDir();
  const first = await openStore(folder, nowMs);
  first.state.blocks.set(good.network, good);
  first.commit();
  first.close();
  const database = new sqlite.Database(join(folder, 'blocksmtp.db'));
  database.exec('PRAGMA locking_mode = EXCLUSIVE');
  change(database);
  database.close();
  store = await openStore(folder, nowMs);
  return store;
}

const hostile: readonly string[] = [
  ...['no json', '', '{', 'NaN', '\0', '['.repeat(200_000)],
  ...['null', '0', '-1', 'true', '""', '"x"', '{}', '[[]]', '[null]', '[{}]'],
  '{"__proto__": {"network": "192.0.2.2"}}',
  '{"constructor": 1, "hasOwnProperty": 1, "kind": "constructor"}',
  JSON.stringify({...good, untilMs: 'for ever'}),
  JSON.stringify({...good, untilMs: null}),
  JSON.stringify({...good, because: {rule: 'x'}}),
  JSON.stringify({...good, except: 'all'}),
  '{"kind": "on"}',
  '1e999',
  `"${'x'.repeat(1_000_000)}"`,
];

describe.each(plainNames)('rows of %s', (name) => {
  test('that another program wrote are left out, and counted', async () => {
    const {state, leftOut, damaged} = await tampered((database) => {
      database.exec(
        `CREATE TABLE IF NOT EXISTS ${name} (key TEXT PRIMARY KEY, value TEXT NOT NULL)`,
      );
      hostile.forEach((value, i) => {
        database.run(`INSERT OR REPLACE INTO ${name} VALUES (?, ?)`, [`hostile ${i}`, value]);
      });
    });
    expect(damaged).toBeUndefined();
    expect(leftOut.get(name) ?? 0).toBeGreaterThanOrEqual(hostile.length - 1);
    expect([...leftOut.keys()]).toEqual([name]);
    expect([...state.blocks.values()]).toEqual([good]);
    expect(({} as Record<string, unknown>)['network']).toBeUndefined();
  });
});

test('sheets of another length, number or type hold nothing', async () => {
  const {state} = await tampered((database) => {
    for (const name of packedNames) {
      database.run(`INSERT OR REPLACE INTO ${name} VALUES (0, ?)`, [new Uint8Array(3)]);
      database.run(`INSERT OR REPLACE INTO ${name} VALUES (1, 'text')`);
      database.run(`INSERT OR REPLACE INTO ${name} VALUES (7, 12)`);
      database.run(`INSERT OR REPLACE INTO ${name} VALUES (-1, ?)`, [
        new Uint8Array(4040).fill(255),
      ]);
    }
  });
  for (const name of packedNames) expect(state[name].size).toBe(0);
});

test('a file that is cut, and one full of zeros: put aside, and begun anew', async () => {
  for (const spoil of [
    (text: Buffer): Buffer => text.subarray(0, text.length >> 1),
    (text: Buffer): Buffer => Buffer.concat([text.subarray(0, 4096), Buffer.alloc(text.length)]),
  ]) {
    const folder = newDir();
    const first = await openStore(folder, nowMs);
    first.state.blocks.set(good.network, good);
    first.commit();
    first.close();
    const path = join(folder, 'blocksmtp.db');
    fs.writeFileSync(path, spoil(fs.readFileSync(path)));
    const again = await openStore(folder, nowMs);
    expect(again.damaged).toMatch(/damaged/);
    expect(again.state.blocks.size).toBe(0);
    again.close();
  }
});

test('a newer layout is refused in a sentence, and the file stays', async () => {
  await expect(
    tampered((database) => {
      database.exec('PRAGMA user_version = 2147483647');
    }),
  ).rejects.toThrow(/is of a newer blocksmtp: layout 2147483647.*install the newer version again/);
});

test('a link that another user has put there is not followed', async () => {
  if (process.getuid?.() !== 0) return void process.stderr.write('skipped: needs root\n');
  const folder = newDir();
  const target = join(newDir(), 'precious');
  fs.writeFileSync(target, 'precious');
  const path = join(folder, 'blocksmtp.db');
  fs.symlinkSync(target, path);
  fs.lchownSync(path, 1000, 1000);
  await expect(openStore(folder, nowMs)).rejects.toThrow('a link that another user has made');
  expect(fs.readFileSync(target, 'utf8')).toBe('precious');
});
