/**
 * The follower against a model, by random actions: every line that can be seen is given once and in
 * order, whatever is done to the log and whenever the reader ends; what cannot be seen is reported.
 *
 * `BLOCKSMTP_SEED` repeats a run, `BLOCKSMTP_MODEL_ACTIONS` makes it longer.
 */
import fs from 'node:fs';
import {join} from 'node:path';
import {afterEach, expect, jest, test} from '@jest/globals';
import type {LogPosition} from '../../../src/log/position.js';
import type {FollowEvent} from '../../../src/log/source-event.js';
import {type ReadBatch, Follower} from '../../../src/sys/follow/follow.js';
import {bundle, type Child, startScript} from '../../support/child.js';
import {Random} from '../../support/random.js';
import {sleep, tempDirs, until} from '../../support/temp.js';
import {LogModel} from './log-model.js';

const actions = Number(process.env['BLOCKSMTP_MODEL_ACTIONS'] ?? 10_000);
const seed = Number(process.env['BLOCKSMTP_SEED'] ?? Date.now() % 1_000_000_000);
/** One log's life. Actions. */
const episodeActions = 100;

const newDir = tempDirs();
afterEach(() => void jest.restoreAllMocks());

/** A reader as the daemon is one: what it was given counts when the place behind it is saved. */
class Life {
  readonly model: LogModel;
  readonly events: FollowEvent[] = [];
  readonly #given: string[] = [];
  readonly #random: Random;
  #pending: string[] = [];
  #saved: LogPosition | 'end' = 'end';
  #latest: LogPosition | undefined;
  #batches: AsyncGenerator<ReadBatch> | undefined;
  #follower: Follower | undefined;

  constructor(random: Random, model: LogModel) {
    this.#random = random;
    this.model = model;
  }

  /** Lines, each counted once. */
  get given(): number {
    return new Set(this.#given).size;
  }

  async look(mostBatches: number): Promise<void> {
    for (let i = 0; i < mostBatches; i++) {
      const batch = await this.#next();
      this.model.looked(this.model.hasName ? 'named' : 'nameless');
      const texts = batch.lines.map(({text}) => text);
      this.#pending.push(...texts);
      this.#latest = batch.position ?? this.#latest;
      // The daemon's rule: the first place at once, then with lines.
      if (this.#saved === 'end') this.commit();
      else if (this.#random.isOneIn(3)) this.commit();
      if (batch.caughtUp) {
        if (this.model.hasName) this.#expectAll();
        return;
      }
    }
  }

  commit(): void {
    for (const text of this.#pending) this.model.lines.get(text)!.isCommitted = true;
    this.#given.push(...this.#pending);
    this.#pending = [];
    if (this.#latest === undefined) return;
    this.#saved = this.#latest;
    this.model.committed();
  }

  async end(): Promise<void> {
    await this.#batches?.return(undefined);
    this.#batches = undefined;
    this.#pending = [];
    this.#latest = undefined;
    this.model.crashed();
  }

  async #next(): Promise<ReadBatch> {
    if (this.#follower === undefined || this.#batches === undefined) {
      this.#follower = new Follower(this.model.path, this.#saved, (event) =>
        this.events.push(event),
      );
      this.#batches = this.#follower.batches(new AbortController().signal);
    }
    this.#follower.lookNow();
    const {value} = (await this.#batches.next()) as {value: ReadBatch};
    return value;
  }

  #expectAll(): void {
    const given = [...this.#given, ...this.#pending];
    this.#expectOrder(given);
    const seen = new Set(given);
    const lost = [...this.model.lines.values()].filter(({text}) => !seen.has(text));
    const wrong = lost.filter(({isExcused}) => !isExcused);
    if (wrong.length > 0) throw new Error(`lost ${wrong.length}: ${shown(wrong[0]!.text)}`);
    const unsaid = lost.filter((line) => this.model.mustBeSaid.has(line));
    const isSaid = this.events.some(
      ({kind}) => kind === 'truncated' || kind === 'predecessorGone' || kind === 'damaged',
    );
    if (unsaid.length > 0 && !isSaid) throw new Error(`lost unsaid: ${shown(unsaid[0]!.text)}`);
  }

  #expectOrder(given: readonly string[]): void {
    const seen = new Set<string>();
    const latest = new Map<unknown, number>();
    for (const text of given) {
      const line = this.model.lines.get(text);
      if (line === undefined) throw new Error(`never written: ${shown(text)}`);
      if (line.mayComeTwice) continue;
      if (seen.has(text)) throw new Error(`twice: ${shown(text)}`);
      seen.add(text);
      if (line.order < (latest.get(line.generation) ?? 0)) {
        throw new Error(`out of order: ${shown(text)}`);
      }
      latest.set(line.generation, line.order);
    }
  }
}

/** Follows and saves as the daemon does, in a process of its own: what was given, and the place. */
const followingProcess = (path: string, saved: string): string => `
  import fs from 'node:fs';
  import {Follower} from './src/sys/follow/follow.js';
  const [path, saved] = ${JSON.stringify([path, saved])};
  const before = fs.existsSync(saved) ? JSON.parse(fs.readFileSync(saved, 'utf8')) : undefined;
  const given = before?.given ?? [];
  for await (const batch of new Follower(path, before?.position ?? [], () => undefined)
    .batches(new AbortController().signal)) {
    given.push(...batch.lines.map(({text}) => text));
    if (batch.position === undefined || (given.length > 0 && batch.lines.length === 0)) continue;
    fs.writeFileSync(saved + '.new', JSON.stringify({given, position: batch.position}));
    fs.renameSync(saved + '.new', saved);
  }`;

/** What loses nothing, whenever a process looks that takes its own time. */
const harmless = new Set(['write', 'write much', 'half', 'end of line', 'rotate', 'copytruncate']);

const shown = (text: string): string => text.slice(0, 60);

type Action = (life: Life, random: Random) => Promise<void> | void;

/** How often, and what. */
const table: readonly (readonly [number, string, Action])[] = [
  [12, 'write', ({model}, random) => model.write(random.list(4, () => random.below(200)))],
  [2, 'write much', ({model}, random) => model.write(random.list(1500, () => random.below(100)))],
  [2, 'long lines', ({model}, random) => model.write(random.list(4, () => random.below(17_000)))],
  [1, 'too long', ({model}, random) => model.write([20_000 + random.below(200_000), 10])],
  [3, 'half', ({model}, random) => model.writeHalf(random.below(300))],
  [2, 'end of line', ({model}) => model.append('\n')],
  [4, 'rename', ({model}) => model.rename()],
  [3, 'create', ({model}) => model.create()],
  [6, 'reopen', ({model}) => model.reopen()],
  [5, 'rotate', ({model}) => model.rotate()],
  [2, 'copytruncate', ({model}) => model.copyTruncate()],
  [3, 'pack', ({model}) => model.pack()],
  [1, 'truncate', ({model}) => model.truncate()],
  [1, 'shorten', ({model}, random) => model.shorten(random.below(2000))],
  [1, 'remove', ({model}) => model.remove()],
  [6, 'wait', ({model}, random) => model.advance(random.below(15_000))],
  [2, 'wait long', ({model}) => model.advance(60_000)],
  [14, 'look', (life, random) => life.look(1 + random.below(4))],
  [8, 'catch up', (life) => life.look(1000)],
  [2, 'commit', (life) => life.commit()],
  [4, 'crash', (life) => life.end()],
  [
    2,
    'stop',
    async (life) => {
      life.commit();
      await life.end();
    },
  ],
];

/** How many lines were written, and how many of them were given. */
async function episode(episodeSeed: number): Promise<{written: number; given: number}> {
  const random = new Random(episodeSeed);
  const model = new LogModel(newDir(), random.isOneIn(2) ? 'dates' : 'counts');
  jest.spyOn(Date, 'now').mockImplementation(() => model.nowMs);
  const life = new Life(random, model);
  const done: string[] = [];
  try {
    await life.look(1);
    for (let i = 0; i < episodeActions; i++) {
      const [name, run] = random.weighted(table);
      done.push(name);
      await run(life, random);
    }
    model.append('\n');
    model.reopen();
    done.push('the end');
    await life.look(10_000);
    await life.look(10_000);
    life.commit();
    return {written: model.lines.size, given: life.given};
  } catch (error) {
    const events = life.events.map(({kind}) => kind).join(' ');
    const message = `BLOCKSMTP_SEED=${episodeSeed}: ${(error as Error).message}`;
    const names = model.shownNames().join('\n');
    throw new Error(`${message}\n${done.join(', ')}\n${events}\n${names}`, {cause: error});
  } finally {
    await life.end();
    model.close();
  }
}

test(
  `${actions} random actions, BLOCKSMTP_SEED=${seed}`,
  async () => {
    process.stderr.write(`follow-model: BLOCKSMTP_SEED=${seed}\n`);
    let [written, given] = [0, 0];
    for (let i = 0; i < actions / episodeActions; i++) {
      const seen = await episode(seed + i);
      written += seen.written;
      given += seen.given;
    }
    // If the reader gave nothing, losing lines would look the same as lines cut away.
    expect(written).toBeGreaterThan(actions / 2);
    expect(given).toBeGreaterThan(written / 2);
  },
  60_000 + actions * 20,
);

test('killed with -9 again and again, while the log is written and rotated', async () => {
  const random = new Random(seed);
  const folder = newDir();
  const saved = join(newDir(), 'saved');
  // More than are made: a child that the machine leaves no time would miss some of few.
  // Of a time that is not the kernel's it would not be known when a file has changed.
  const model = new LogModel(folder, 'counts', 200, 'machine');
  const script = bundle(newDir(), followingProcess(model.path, saved));
  const given = (): string[] =>
    fs.existsSync(saved)
      ? (JSON.parse(fs.readFileSync(saved, 'utf8')) as {given: string[]}).given
      : [];
  const rows = table.filter(([, name]) => harmless.has(name));
  const life = new Life(random, model);
  let child: Child | undefined;
  try {
    for (let kill = 0; kill < 6; kill++) {
      child = startScript(script);
      await until('it has begun', () => fs.existsSync(saved));
      const endMs = performance.now() + 200 + random.below(600);
      while (performance.now() < endMs) {
        await random.weighted(rows)[1](life, random);
        await sleep(random.below(80));
      }
      child.process.kill('SIGKILL');
      await child.ended;
      model.pack();
    }
    model.append('\n');
    model.reopen();
    child = startScript(script);
    const count = model.lines.size;
    await until('all is given', () => given().length >= count);
    expect([...given()].sort()).toEqual([...model.lines.keys()].sort());
  } catch (error) {
    const seen = new Set(given());
    const left = [...model.lines.keys()].filter((text) => !seen.has(text));
    const message = `BLOCKSMTP_SEED=${seed}: ${(error as Error).message}`;
    throw new Error(`${message}\n${left.map(shown).join('\n')}\n${model.shownNames().join('\n')}`, {
      cause: error,
    });
  } finally {
    child?.process.kill('SIGKILL');
    await child?.ended;
    model.close();
  }
});
