/** The state under kill -9 and on a full disk. */
import {expect, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {openStore, type Store} from '../../../src/sys/disk/store.js';
import {bundle, start, startScript} from '../../support/child.js';
import {sleep, tempDirs, until} from '../../support/temp.js';
import {whereAvailable} from '../../support/where-available.js';
import {readOld, writeOldStore} from './old-store.js';

const newDir = tempDirs();

/** Commits rounds of changes that belong together, and prints each round when it is safe. */
const writer = `
  import {openStore} from './src/sys/disk/store.js';
  const {state, commit} = await openStore(process.argv[2], 1e12);
  let round = state.positions.get('round')?.[0]?.offset ?? 0;
  for (;;) {
    round += 1;
    state.positions.set('round', [{identity: '', offset: round, guard: ''}]);
    for (let i = 0; i < 40; i++) {
      const network = 'n' + (i * round % 97);
      state.blocks.set('n' + i, {network, fromMs: round, untilMs: 0, reason: 'x'.repeat(200), origin: 'evidence'});
    }
    state.history.push({atMs: 1e12 + round, network: 'n', event: 'blocked', reason: ''});
    if (round % 7 === 0) for (let i = 0; i < 40; i += 3) state.blocks.delete('n' + i);
    for (let i = 0; i < 200; i++) {
      const slot = state.clients.add(Uint8Array.of(...Array(15).fill(0), i));
      state.clients.setU32(slot, 4, round);
    }
    commit();
    process.stdout.write(round + '\\n');
  }`;

test('kill -9 during commits, many times: always a whole round, never an older one than was reported', async () => {
  const folder = newDir();
  const state = join(folder, 'state');
  fs.mkdirSync(state);
  const script = bundle(folder, writer);
  for (let kill = 0; kill < 12; kill++) {
    const child = startScript(script, [state]);
    await until('first round', () => child.output().includes('\n'));
    await sleep((kill * 7) % 40);
    child.process.kill('SIGKILL');
    await child.ended;
    const said = Number(child.output().trim().split('\n').at(-1));
    await holdsWholeRound(state, said);
  }
});

/** One commit of sixty pages over what stands and a close, killed before write number `process.argv[3]`. */
const diesAtWrite = `
  import fs from 'node:fs';
  import {openStore} from './src/sys/disk/store.js';
  const {state, commit, close} = await openStore(process.argv[2], 1e12);
  let left = Number(process.argv[3]);
  const write = fs.writeSync;
  fs.writeSync = (...all) => {
    if (left-- === 0) process.kill(process.pid, 'SIGKILL');
    return write(...all);
  };
  const round = 1 + (state.positions.get('round')?.[0]?.offset ?? 0);
  state.positions.set('round', [{identity: '', offset: round, guard: ''}]);
  for (let i = 0; i < 40; i++) {
    const network = 'n' + (i * round % 97);
    state.blocks.set('n' + i, {network, fromMs: round, untilMs: 0, reason: 'x'.repeat(4000), origin: 'evidence'});
  }
  for (let i = 0; i < 200; i++) {
    const slot = state.clients.add(Uint8Array.of(...Array(15).fill(0), i));
    state.clients.setU32(slot, 4, round);
  }
  state.history.push({atMs: 1e12 + round, network: 'n', event: 'blocked', reason: ''});
  commit();
  close();`;

test('kill -9 before every third write of a commit and a close, first to last: all of it or nothing', async () => {
  const folder = newDir();
  const script = bundle(folder, diesAtWrite);
  const before = join(folder, 'before');
  fs.mkdirSync(before);
  await startScript(script, [before, '1000000']).ended;
  await startScript(script, [before, '1000000']).ended;
  let survived = false;
  for (let write = 0; !survived; write += 3) {
    const state = join(folder, `killed-${write}`);
    fs.cpSync(before, state, {recursive: true});
    survived = (await startScript(script, [state, String(write)]).ended) === 0;
    const store = await openStore(state, 1e12);
    const rounds = [...store.state.blocks.values()].map(({fromMs}) => fromMs);
    expect(store.damaged).toBeUndefined();
    expect([...new Set(rounds)]).toEqual([store.state.positions.get('round')?.[0]?.offset]);
    expect(rounds).toHaveLength(40);
    expect(roundsOfClients(store)).toEqual(new Set(rounds));
    expect(store.history('n', 9)).toHaveLength(rounds[0] ?? 0);
    store.close();
  }
});

/** Takes a file of layout 4 over, killed before write number `process.argv[3]`. */
const diesUpgrading = `
  import fs from 'node:fs';
  import {openStore} from './src/sys/disk/store.js';
  let left = Number(process.argv[3]);
  const write = fs.writeSync;
  fs.writeSync = (...all) => {
    if (left-- === 0) process.kill(process.pid, 'SIGKILL');
    return write(...all);
  };
  const store = await openStore(process.argv[2], 1e12, (rows, {clients, blocks}) => {
    for (const [key, value] of rows('offenders')) {
      for (let i = 0; i < 200; i++) {
        const bytes = Uint8Array.from({length: 16}, (_, at) => (at === 15 ? i : key.charCodeAt(at)));
        clients.setU32(clients.add(bytes), 0, value.scoredMs);
      }
    }
    blocks.set('taken', {network: 'taken', fromMs: 1, untilMs: 2, reason: '', origin: 'evidence'});
  });
  store.close();`;

test('kill -9 before every third write of an upgrade: it is done whole, or again', async () => {
  const folder = newDir();
  const script = bundle(folder, diesUpgrading);
  const before = join(folder, 'before');
  fs.mkdirSync(before);
  writeOldStore(before, 4);
  let survived = false;
  const versions = new Set<unknown>();
  for (let write = 0; !survived; write += 3) {
    const state = join(folder, `killed-${write}`);
    fs.cpSync(before, state, {recursive: true});
    survived = (await startScript(script, [state, String(write)]).ended) === 0;
    let asked = 0;
    const store = await openStore(state, 1e12, (rows) => {
      asked = readOld(rows)['offenders']!.length;
    });
    const {clients, blocks} = store.state;
    const found = [asked, clients.size, blocks.get('taken') !== undefined];
    versions.add(asked === 0 ? 5 : 4);
    expect(store.damaged).toBeUndefined();
    expect(found).toEqual(asked === 0 ? [0, 400, true] : [2, 0, false]);
    store.close();
  }
  expect([...versions]).toEqual([4, 5]);
});

async function holdsWholeRound(folder: string, said: number): Promise<void> {
  const store = await openStore(folder, 1e12);
  const round = store.state.positions.get('round')?.[0]?.offset ?? 0;
  expect(store.damaged).toBeUndefined();
  expect(round).toBeGreaterThanOrEqual(said);
  expect(new Set([...store.state.blocks.values()].map(({fromMs}) => fromMs))).toEqual(
    new Set([round]),
  );
  expect(store.state.blocks.size).toBe(round % 7 === 0 ? 26 : 40);
  expect([roundsOfClients(store), store.state.clients.size]).toEqual([new Set([round]), 200]);
  expect(store.history('n', 100_000)).toHaveLength(round);
  store.close();
}

const roundsOfClients = ({state: {clients}}: Store): Set<number> =>
  new Set([...clients.slots()].map((slot) => clients.u32(slot, 4)));

const fullDisk = whereAvailable({
  root: true,
  tools: ['unshare'],
  works: ['unshare', '-m', 'mount', '-t', 'tmpfs', 'x', '/mnt'],
});

async function onTinyDisk(folder: string, script: string): Promise<string> {
  const file = bundle(folder, script);
  const disk = join(folder, 'disk');
  fs.mkdirSync(disk);
  const shell = 'mount -t tmpfs -o size=1m x "$1" && exec "$2" --no-warnings "$3" "$1"';
  const child = start('unshare', ['-m', 'sh', '-c', shell, 'sh', disk, process.execPath, file]);
  await child.ended;
  return child.output() + child.complaints();
}

const block = `(n) => ({network: n, fromMs: 1, untilMs: 2, reason: 'x'.repeat(500), origin: 'evidence'})`;
const fill = `
  import fs from 'node:fs';
  import {openStore} from './src/sys/disk/store.js';
  const folder = process.argv[2];
  const block = ${block};
  const fillDisk = () => {
    const file = fs.openSync(folder + '/filler', 'a');
    for (const size of [4096, 1]) try { for (;;) fs.writeSync(file, Buffer.alloc(size)); } catch {}
    fs.closeSync(file);
  };
  let store = await openStore(folder, 1e12);`;

fullDisk('a full disk refuses a commit; when there is room again nothing is lost', async () => {
  const output = await onTinyDisk(
    newDir(),
    `${fill}
    store.state.blocks.set('first', block('first'));
    store.commit();
    fillDisk();
    let thrown = 0;
    for (let i = 0; i < 50; i++) {
      store.state.blocks.set('k' + i, block('k' + i));
      store.state.history.push({atMs: 1e12 + i, network: 'n', event: 'blocked', reason: ''});
      try { store.commit(); } catch (error) { thrown += 1; }
    }
    store.state.blocks.delete('first');
    fs.rmSync(folder + '/filler');
    store.commit();
    store.close();
    store = await openStore(folder, 1e12);
    console.log(JSON.stringify([thrown > 0, store.damaged ?? 'whole', store.state.blocks.size, store.history('n', 99).length]));`,
  );
  expect(output).toBe('[true,"whole",50,50]\n');
});

fullDisk('a full disk does not keep the saved state from being opened', async () => {
  const output = await onTinyDisk(
    newDir(),
    `${fill}
    store.state.blocks.set('first', block('first'));
    store.commit();
    store.close();
    fillDisk();
    store = await openStore(folder, 1e12);
    console.log(store.state.blocks.size, store.damaged ?? 'whole');
    fs.rmSync(folder + '/filler');
    store.state.blocks.set('second', block('second'));
    store.commit();
    console.log('committed');`,
  );
  expect(output).toBe('1 whole\ncommitted\n');
});
