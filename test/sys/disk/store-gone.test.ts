/** The database, or its whole directory, is taken away while it is open: the next commit writes it anew. */
import {expect, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {openStore} from '../../../src/sys/disk/store.js';
import {tempDirs} from '../../support/temp.js';

const newDir = tempDirs();
const nowMs = 1_800_000_000_000;

test.each(['removed', 'another file', 'the directory'] as const)('%s', async (what) => {
  const folder = join(newDir(), 'state');
  fs.mkdirSync(folder);
  const path = join(folder, 'blocksmtp.db');
  const store = await openStore(folder, nowMs);
  store.state.chains.set('A 25', {chain: 'A', port: 25});
  store.state.history.push({atMs: nowMs, network: '192.0.2.7', event: 'blocked', reason: 'x'});
  expect(store.commit()).toBeUndefined();
  if (what === 'the directory') {
    fs.rmSync(folder, {recursive: true});
    expect(() => store.commit()).toThrow();
    fs.mkdirSync(folder);
  } else fs.rmSync(path);
  if (what === 'another file') fs.writeFileSync(path, 'an old backup');
  store.state.chains.set('B 25', {chain: 'B', port: 25});
  expect(store.commit()).toMatch(/was removed or replaced: it is written anew, whole/);
  expect(store.commit()).toBeUndefined();
  store.state.chains.set('C 25', {chain: 'C', port: 25});
  expect(store.commit()).toBeUndefined();
  expect(store.history('192.0.2.7', 9)).toHaveLength(1);
  store.close();
  const again = await openStore(folder, nowMs);
  expect([...again.state.chains.values()].map(({chain}) => chain)).toEqual(['A', 'B', 'C']);
  expect(again.history('192.0.2.7', 9)).toHaveLength(1);
  const kept = fs.readdirSync(folder).filter((name) => /\.found-\d+$/.test(name));
  expect(kept).toHaveLength(what === 'another file' ? 1 : 0);
  again.close();
});
