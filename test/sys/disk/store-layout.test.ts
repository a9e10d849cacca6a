/**
 * State files of earlier versions, made as those made them: nothing that the present one can read is
 * lost, what its judge cannot read is taken over once, and what came later is there and empty.
 */
import {afterEach, describe, expect, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {gunzipSync} from 'node:zlib';
import {plainNames, type Row} from '../../../src/guard/state.js';
import {field, mailerNames} from '../../../src/judge/memory/client-record.js';
import {takeOver} from '../../../src/judge/memory/take-over.js';
import {parseAddress} from '../../../src/net/address.js';
import {clientKey} from '../../../src/net/client-key.js';
import {openStore, type Store} from '../../../src/sys/disk/store.js';
import {tempDirs} from '../../support/temp.js';
import {
  lookInto,
  offender,
  oldTables,
  readOld,
  tablesOf,
  values,
  writeOldStore,
  writtenMs,
} from './old-store.js';

const newDir = tempDirs();
let store: Store | undefined;
afterEach(() => {
  store?.close();
  store = undefined;
});

function write(version: 1 | 2 | 4): string {
  const folder = newDir();
  writeOldStore(folder, version);
  return folder;
}

/** Opens it, and takes nothing over. @returns what could have been */
async function open(folder: string): Promise<Record<string, Row[]> | 'nothing asked'> {
  let old: Record<string, Row[]> | 'nothing asked' = 'nothing asked';
  store = await openStore(folder, writtenMs, (rows) => (old = readOld(rows)));
  return old;
}

const close = (): void => {
  store?.close();
  store = undefined;
};

const entriesOf = (name: string): unknown =>
  JSON.parse(JSON.stringify([...store!.state[name as 'blocks'].entries()]));
const written = (name: string): unknown => JSON.parse(JSON.stringify(values[name]));

const isOld = (name: string): boolean => oldTables.some((each) => each === name);
const kept = (version: 1 | 2 | 4): string[] => tablesOf[version].filter((name) => !isOld(name));
const key = new Uint8Array(16).fill(1);

describe.each([2, 4] as const)('a file of layout %s', (version) => {
  test('loses nothing, and has room for new rows', async () => {
    await open(write(version));
    expect(store!.damaged).toBeUndefined();
    for (const name of kept(version))
      expect([name, entriesOf(name)]).toEqual([name, written(name)]);
    expect(store!.history('n', 9)).toHaveLength(1);
    expect(store!.state.clients.size).toBe(0);
  });

  test('gives the rows of its old tables to be taken over, once', async () => {
    const folder = write(version);
    const expected = oldTables.map((name) => [
      name,
      tablesOf[version].some((each) => each === name) ? written(name) : [],
    ]);
    expect(await open(folder)).toEqual(Object.fromEntries(expected));
    close();
    expect(await open(folder)).toBe('nothing asked');
  });

  test('is of layout 5 from then on: it has the rows that were taken over, and not the old tables', async () => {
    const folder = write(version);
    store = await openStore(folder, writtenMs, (_, {clients}) => {
      clients.setU8(clients.add(key), 3, 9);
    });
    expect([...store.state.clients.changes()]).toEqual([]);
    close();
    const {version: after, tables} = lookInto(folder);
    expect(after).toBe(5);
    expect(tables.filter((name) => isOld(String(name)))).toEqual(plainNames.filter(isOld));
    await open(folder);
    const {clients} = store.state;
    expect([clients.size, clients.u8(clients.find(key)!, 3)]).toEqual([1, 9]);
    for (const name of kept(version))
      expect([name, entriesOf(name)]).toEqual([name, written(name)]);
  });

  test('stays as it was where taking over fails, and is taken over the next time', async () => {
    const folder = write(version);
    const fails = openStore(folder, writtenMs, (_, {clients}) => {
      clients.add(key);
      throw new Error('no');
    });
    await expect(fails).rejects.toThrow('no');
    expect(lookInto(folder).version).toBe(version);
    expect(await open(folder)).not.toBe('nothing asked');
    expect(store!.state.clients.size).toBe(0);
  });
});

test('a row that is no JSON in an old table is left out, and counted', async () => {
  const folder = write(4);
  const path = join(folder, 'blocksmtp.db');
  const good = fs.readFileSync(path).toString('latin1');
  fs.writeFileSync(path, Buffer.from(good.replace('{"firstMinute', '{{{{{{{{{{{{{'), 'latin1'));
  const old = await open(folder);
  expect(store!.damaged).toBeUndefined();
  const left = [...store!.leftOut.values()].reduce((sum, count) => sum + count, 0);
  expect(left).toBe(1);
  const whole = await open(write(4));
  const rows = (all: typeof old): number => Object.values(all).flat().length;
  expect(rows(old)).toBe(rows(whole) - 1);
});

test('a file of the present layout is read as it was written, and saved as it was read', async () => {
  const folder = write(4);
  for (let i = 0; i < 2; i++) {
    await open(folder);
    expect(store!.damaged).toBeUndefined();
    for (const name of kept(4)) expect([name, entriesOf(name)]).toEqual([name, written(name)]);
    expect(store!.history('n', 9)).toHaveLength(1);
    for (const name of kept(4)) {
      const table = store!.state[name as 'blocks'];
      for (const [row, value] of [...table.entries()]) table.set(row, value);
    }
    store!.commit();
    close();
  }
});

test('a file of layout 1 keeps blocks, places and how often a client was blocked; scores begin anew', async () => {
  const old = await open(write(1));
  expect(store!.damaged).toBeUndefined();
  expect(entriesOf('blocks')).toEqual(written('blocks'));
  expect(entriesOf('positions')).toEqual(written('positions'));
  const anew = {...offender, score: 0, counted: [], kinds: {}, accepted: 0};
  expect(old).toEqual({offenders: [['twice', anew]], senders: [], brake: []});
  expect(store!.history('n', 9)).toHaveLength(1);
});

test('a new file has nothing to be taken over', async () => {
  expect(await open(newDir())).toBe('nothing asked');
});

/**
 * Written by version 1.0 from `sendmail-8.18.1-rfc3339.log` and `-bsd.log`, with a stop of the brake put
 * in by hand.
 */
test('a real file of layout 4', async () => {
  const folder = newDir();
  const packed = fs.readFileSync(new URL('../../data/state-layout-4.db.gz', import.meta.url));
  fs.writeFileSync(join(folder, 'blocksmtp.db'), gunzipSync(packed));
  const old = await open(folder);
  if (old === 'nothing asked') throw new Error(old);
  expect(store!.damaged).toBeUndefined();
  expect([...store!.state.blocks.entries()].map(([network]) => network)).toEqual([
    '192.0.2.66',
    '2001:db8::66',
  ]);
  expect(Object.entries(old).map(([name, rows]) => [name, rows.length])).toEqual([
    ['offenders', 6],
    ['senders', 2],
    ['brake', 1],
  ]);
  expect(old['offenders']![0]).toMatchObject(['192.0.2.66', {blocks: 1, counted: []}]);
  expect(old['senders']!.map(([client]) => client)).toEqual(['192.0.2.10', '2001:db8::10']);
});

test('the judge takes the real file over: blocks count on, and a client that delivered has a record', async () => {
  const folder = newDir();
  const packed = fs.readFileSync(new URL('../../data/state-layout-4.db.gz', import.meta.url));
  fs.writeFileSync(join(folder, 'blocksmtp.db'), gunzipSync(packed));
  store = await openStore(folder, writtenMs, takeOver(64));
  close();
  store = await openStore(folder, writtenMs, takeOver(64));
  const {clients} = store.state;
  const told = ['192.0.2.66', '192.0.2.10'].map((text) => {
    const slot = clients.find(clientKey(parseAddress(text)!, 64))!;
    return [clients.u8(slot, field.blocks), clients.u16(slot, field.delivered)];
  });
  expect(told).toEqual([
    [1, 0],
    [0, mailerNames],
  ]);
});
