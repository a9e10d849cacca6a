/** A child that saves and reads clients: packed, and as rows of JSON like version 1.0. */
import {mkdtempSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {PackedTable} from '../../../src/base/mechanisms/packed-table.js';
import type {Table} from '../../../src/base/mechanisms/table.js';
import {openStore} from '../../../src/sys/disk/store.js';
import type {State} from '../../../src/guard/state.js';
import {figures, residentMegabytes} from '../figures.js';

interface Saved {
  /** Time of a commit with few and with many changed clients, the median of several. Ms. */
  readonly fewMs: number;
  readonly manyMs: number;
  readonly startMs: number;
  /** Growth of resident memory by the start. MB. */
  readonly startGrown: number;
  /** Size of the file. MB. */
  readonly megabytes: number;
}

export interface Saving {
  readonly rows: Saved;
  readonly packed: Saved;
  readonly million: Saved;
}

const RUNS = 5;
const MILLION = 1_000_000;
/** Clients that version 1.0 remembered. A count. */
const FORMER = 100_000;

/** The row that version 1.0 kept of a client that had asked for five names. */
const offender = (i: number): object => ({
  score: 4.25,
  scoredMs: 1_795_000_000_000 + i,
  counted: [1, 2, 3, 4, 5].map((n) => 4_503_599_627_370_495 + n * i),
  names: [],
  counts: {unknownRecipient: 5},
  accepted: 0,
  firstMs: 1_795_000_000_000,
  lastMs: 1_795_000_000_000 + i,
  blocks: 0,
  blockedUntilMs: 0,
  proof: 'kernel',
});

/** Changes client number i. */
type Change = (state: State, i: number, round: number) => void;

const asRow: Change = (state, i, round) => {
  // The table of version 1.0 does not exist any more. This one takes its rows, which have the fields of a suspect, too.
  const table = state.suspects as unknown as Table<object>;
  table.set(`192.0.${i >> 8}.${i & 255}`, offender(i + round));
};

/** Changes a client and its network: mostly both change together. */
const asPacked: Change = ({clients, networks}, i, round) => {
  for (const table of [clients, networks]) {
    const slot = table.add(keyOf(table, i));
    for (let field = 0; field < 40; field += 4) table.setU32(slot, field, i + round);
  }
};

function keyOf({keyBytes}: PackedTable, i: number): Uint8Array {
  const key = new Uint8Array(keyBytes);
  const value = Math.imul(i + 1, 0x9e3779b1);
  for (let at = 0; at < 4; at++) key[12 + at] = value >>> (24 - 8 * at);
  return key;
}

/** The work of the child. */
export async function saveMany([few, many]: readonly string[]): Promise<number> {
  const words = [Number(few), Number(many)] as const;
  const found: Saving = {
    rows: await measure(FORMER, asRow, ...words),
    packed: await measure(FORMER, asPacked, ...words),
    million: await measure(MILLION, asPacked, ...words),
  };
  console.log(JSON.stringify(found));
  return 0;
}

async function measure(clients: number, change: Change, few: number, many: number): Promise<Saved> {
  const folder = mkdtempSync(join(tmpdir(), 'judge-'));
  const saved = await save(folder, clients, change, few, many);
  const before = residentMegabytes();
  const startedMs = performance.now();
  const {state, close} = await openStore(folder, 0);
  const startMs = performance.now() - startedMs;
  const startGrown = residentMegabytes() - before;
  const megabytes = statSync(join(folder, 'blocksmtp.db')).size / 1e6;
  if (state.clients.size + state.suspects.size !== clients) throw new Error('not all were saved');
  close();
  rmSync(folder, {recursive: true});
  return {...saved, startMs, startGrown, megabytes};
}

async function save(
  folder: string,
  clients: number,
  change: Change,
  few: number,
  many: number,
): Promise<Pick<Saved, 'fewMs' | 'manyMs'>> {
  const {state, commit, close} = await openStore(folder, 0);
  for (let i = 0; i < clients; i++) change(state, i, 0);
  commit();
  let round = 0;
  const time = (count: number): number => {
    const all = Array.from({length: RUNS}, () => {
      round += 1;
      for (let i = 0; i < count; i++) change(state, scattered(i + round, clients), round);
      const startedMs = performance.now();
      commit();
      return performance.now() - startedMs;
    });
    return figures(all).median;
  };
  const found = {fewMs: time(few), manyMs: time(many)};
  close();
  return found;
}

/** A different client for each i: the factor is prime, and shares no factor with a power of ten. */
const scattered = (i: number, clients: number): number => (i * 7_654_321) % clients;
