/** The state on disk: all or nothing, the same after a restart, and what happens to a bad file. */
import {afterEach, describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import fs from 'node:fs';
import {join} from 'node:path';
import sqlite from 'node-sqlite3-wasm';
import type {Block} from '../../../src/blocks/block.js';
import type {State} from '../../../src/guard/state.js';
import {openStore, type Store} from '../../../src/sys/disk/store.js';
import {tempDirs} from '../../support/temp.js';

const newDir = tempDirs();
const startMs = 1_000_000_000_000;
let store: Store | undefined;

afterEach(() => {
  store?.close();
  store = undefined;
});

async function open(folder: string, nowMs = startMs): Promise<Store> {
  store = await openStore(folder, nowMs);
  return store;
}

function close(): void {
  store?.close();
  store = undefined;
}

const block = (network: string): Block => ({
  network,
  fromMs: startMs,
  untilMs: startMs + 1000,
  reason: `because of ${network}`,
  origin: 'evidence',
});

const plain = (state: State): unknown => ({
  blocks: [...state.blocks.entries()],
  positions: [...state.positions.entries()],
});

describe('commit', () => {
  test('committed rows are there after reopening, others are not', async () => {
    const folder = newDir();
    const {state, commit} = await open(folder);
    state.blocks.set('192.0.2.1', block('192.0.2.1'));
    state.blocks.set('192.0.2.2', block('192.0.2.2'));
    state.positions.set('/log', [{identity: '1:2', offset: 3, guard: 'ff'}]);
    commit();
    state.blocks.delete('192.0.2.1');
    commit();
    state.blocks.set('192.0.2.3', block('192.0.2.3'));
    close();
    const again = await open(folder);
    expect(plain(again.state)).toEqual({
      blocks: [['192.0.2.2', block('192.0.2.2')]],
      positions: [['/log', [{identity: '1:2', offset: 3, guard: 'ff'}]]],
    });
    expect(again.damaged).toBeUndefined();
  });

  test('the order of last setting is kept: the oldest is still the one to be forgotten first', async () => {
    const folder = newDir();
    const {state, commit} = await open(folder);
    for (const name of ['c', 'a', 'd', 'b']) state.blocks.set(name, block(name));
    commit();
    state.blocks.set('c', block('c'));
    commit();
    const order = [...state.blocks.entries()].map(([key]) => key);
    close();
    const again = await open(folder);
    expect([...again.state.blocks.entries()].map(([key]) => key)).toEqual(order);
  });

  test('a value that cannot be saved: nothing of the commit is, and all is kept for the next', async () => {
    const folder = newDir();
    const {state, commit} = await open(folder);
    state.blocks.set('good', block('good'));
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    state.positions.set('bad', circular as unknown as []);
    state.history.push({atMs: startMs, network: 'good', event: 'blocked', reason: 'x'});
    expect(commit).toThrow(/circular/i);
    expect(state.history).toHaveLength(1);
    state.positions.delete('bad');
    commit();
    close();
    const again = await open(folder);
    expect([...again.state.blocks.entries()]).toHaveLength(1);
    expect(again.history('good', 9)).toHaveLength(1);
  });

  test('a commit without a change does not write', async () => {
    const folder = newDir();
    const {state, commit} = await open(folder);
    state.blocks.set('a', block('a'));
    commit();
    const before = fs.readFileSync(join(folder, 'blocksmtp.db'));
    commit();
    expect(fs.readFileSync(join(folder, 'blocksmtp.db')).equals(before)).toBe(true);
  });

  test('property: reopened, the state is what the last commit had', async () => {
    const change = fc.record({
      key: fc.constantFrom('a', 'b', 'c', "d'; DROP TABLE blocks;--", '\ud83d\ude00'),
      act: fc.constantFrom('set', 'delete', 'commit', 'reopen'),
      reason: fc.string({unit: 'grapheme', maxLength: 20}),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, {maxLength: 25}), async (changes) => {
        const folder = newDir();
        let {state, commit} = await open(folder);
        let committed = new Map<string, Block>();
        let current = new Map<string, Block>();
        for (const {key, act, reason} of changes) {
          const value = {...block(key), reason};
          if (act === 'set') {
            state.blocks.set(key, value);
            current.set(key, value);
          } else if (act === 'delete') {
            state.blocks.delete(key);
            current.delete(key);
          } else if (act === 'commit') {
            commit();
            committed = new Map(current);
          } else {
            close();
            ({state, commit} = await open(folder));
            current = new Map(committed);
          }
          expect(new Map(state.blocks.entries())).toEqual(current);
        }
        close();
      }),
      {numRuns: 40},
    );
  });
});

describe('history', () => {
  test('newest first, about one network, and not for ever', async () => {
    const folder = newDir();
    const {state, commit, history} = await open(folder);
    for (let i = 0; i < 5; i++) {
      state.history.push({atMs: startMs + i, network: 'n', event: 'blocked', reason: `r${i}`});
      state.history.push({atMs: startMs + i, network: 'm', event: 'ended', reason: `r${i}`});
    }
    commit();
    expect(history('n', 3).map(({reason}) => reason)).toEqual(['r4', 'r3', 'r2']);
    expect(history('other', 3)).toEqual([]);
    expect(state.history).toEqual([]);
    close();
    const later = await open(folder, startMs + 91 * 86_400_000);
    expect(later.history('n', 3)).toEqual([]);
  });
});

describe('a file that is not as it should be', () => {
  async function committed(folder: string, count = 50): Promise<string> {
    const {state, commit} = await open(folder);
    for (let i = 0; i < count; i++) state.blocks.set(`k${i}`, block(`k${i}`));
    commit();
    close();
    return join(folder, 'blocksmtp.db');
  }

  test.each([
    ['text', () => Buffer.from('this is no database, and it is longer than a header '.repeat(50))],
    ['zeros', () => Buffer.alloc(8192)],
    ['half of it', (good: Buffer) => good.subarray(0, good.length / 2)],
    ['a page of noise', (good: Buffer) => Buffer.from(good).fill('\xa5', 4096, 8192, 'latin1')],
    [
      'bad JSON',
      (good: Buffer) =>
        Buffer.from(good.toString('latin1').replaceAll('{"netw', '{{{{{{{'), 'latin1'),
    ],
  ])('damaged (%s): put aside, logged, begun anew', async (_, damage) => {
    const folder = newDir();
    const path = await committed(folder);
    fs.writeFileSync(path, damage(fs.readFileSync(path)));
    const {state, commit, damaged} = await open(folder);
    expect(damaged).toBe(`${path}.damaged-${startMs}`);
    expect(fs.existsSync(damaged!)).toBe(true);
    expect(state.blocks.size).toBe(0);
    state.blocks.set('new', block('new'));
    commit();
  });

  test('property: whatever byte is wrong, it opens, or is put aside, and can then be committed to', async () => {
    const folder = newDir();
    const path = await committed(folder, 300);
    const good = fs.readFileSync(path);
    // The user version is the next test's; a byte of a text may read as well as before.
    const place = fc.nat(good.length - 1).filter((at) => at < 60 || at >= 64);
    await fc.assert(
      fc.asyncProperty(place, fc.integer({min: 1, max: 255}), async (at, flip) => {
        const bad = Buffer.from(good);
        bad[at] = bad[at]! ^ flip;
        const other = newDir();
        fs.writeFileSync(join(other, 'blocksmtp.db'), bad);
        const {state, commit} = await open(other);
        for (let i = 0; i < 300; i += 3) state.blocks.set(`k${i}`, block('new'));
        commit();
        close();
      }),
      {
        numRuns: 150,
        examples: [
          [18, 3],
          [19, 3],
          [21, 9],
          [28, 200],
          [44, 4],
          [47, 4],
          [59, 2],
          [11076, 8],
        ],
      },
    );
  });

  test('that cannot be opened: refused, and left where it is', async () => {
    const folder = newDir();
    fs.mkdirSync(join(folder, 'blocksmtp.db'));
    await expect(openStore(folder, startMs)).rejects.toThrow(/expected a regular file/);
    expect(fs.readdirSync(folder)).toEqual(['blocksmtp.db']);
  });

  test('of a newer version: refused, and left as it is', async () => {
    const folder = newDir();
    const path = await committed(folder);
    const newer = fs.readFileSync(path);
    newer.writeUInt32BE(6, 60); // user_version
    fs.writeFileSync(path, newer);
    await expect(openStore(folder, startMs)).rejects.toThrow(/newer blocksmtp/);
    expect(fs.readFileSync(path).equals(newer)).toBe(true);
    expect(fs.readdirSync(folder)).toEqual(['blocksmtp.db']);
  });

  test('of a newer version in a directory with a bad name: refused, and not put aside', async () => {
    const folder = join(newDir(), 'malformed JSON, not a database');
    fs.mkdirSync(folder);
    const path = await committed(folder);
    const newer = fs.readFileSync(path);
    newer.writeUInt32BE(6, 60);
    fs.writeFileSync(path, newer);
    await expect(openStore(folder, startMs)).rejects.toThrow(/newer blocksmtp/);
  });

  test('a directory that is not there is an error', async () => {
    await expect(openStore(join(newDir(), 'none'), startMs)).rejects.toThrow();
  });

  test('the lock directory of a killed process does not hinder', async () => {
    const folder = newDir();
    const path = await committed(folder);
    fs.mkdirSync(`${path}.lock`);
    const {state, commit} = await open(folder);
    expect(state.blocks.size).toBe(50);
    commit();
  });
});

describe('packed tables', () => {
  const key = (last: number, bytes = 16): Uint8Array => new Uint8Array(bytes).fill(last, bytes - 1);

  test('committed rows are there after reopening: put, changed, removed, and put again', async () => {
    const folder = newDir();
    const {state, commit} = await open(folder);
    for (const last of [1, 2, 3]) state.clients.setU8(state.clients.add(key(last)), 5, last);
    state.blocks.set('a', block('a'));
    commit();
    state.clients.setU32(state.clients.find(key(1))!, 8, 77);
    for (const last of [2, 3]) state.clients.remove(state.clients.find(key(last))!);
    state.clients.add(key(3));
    commit();
    state.clients.add(key(4));
    close();
    const {clients, blocks} = (await open(folder)).state;
    expect([clients.size, blocks.size]).toEqual([2, 1]);
    const [one, three] = [clients.find(key(1))!, clients.find(key(3))!];
    expect([clients.u8(one, 5), clients.u32(one, 8), clients.u8(three, 5)]).toEqual([1, 77, 0]);
  });

  test('a commit that fails keeps the changes of packed tables too', async () => {
    const folder = newDir();
    const {state, commit} = await open(folder);
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    state.clients.add(key(1));
    state.positions.set('bad', circular as unknown as []);
    expect(commit).toThrow(/circular/i);
    state.positions.delete('bad');
    commit();
    close();
    expect((await open(folder)).state.clients.size).toBe(1);
  });

  test('a sheet of another length is of another version, and passed over', async () => {
    const folder = newDir();
    const {state, commit} = await open(folder);
    state.clients.add(key(1));
    commit();
    close();
    const database = new sqlite.Database(join(folder, 'blocksmtp.db'));
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    database.run('INSERT INTO clients VALUES (1, ?)', [new Uint8Array(7)]);
    database.close();
    const again = await open(folder);
    expect([again.damaged, again.state.clients.size]).toEqual([undefined, 1]);
    expect(again.state.clients.find(key(1))).toBeDefined();
  });
});

test('the write-ahead log of a huge commit is given back with the next one', async () => {
  const folder = newDir();
  const {state, commit} = await open(folder);
  const logBytes = (): number => fs.statSync(join(folder, 'blocksmtp.db-wal')).size;
  const note = (reason: string): void => {
    state.history.push({atMs: startMs, network: '192.0.2.7', event: 'blocked', reason});
    commit();
  };
  note('x'.repeat(20 * 1024 * 1024));
  expect(logBytes()).toBeGreaterThan(20 * 1024 * 1024);
  note('small');
  note('small');
  expect(logBytes()).toBeLessThanOrEqual(16 * 1024 * 1024);
});
