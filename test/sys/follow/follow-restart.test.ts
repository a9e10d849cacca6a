/** The follower after a restart: no line lost, none given twice. */
import fs from 'node:fs';
import {join} from 'node:path';
import {describe, expect, jest, test} from '@jest/globals';
import fc from 'fast-check';
import {longestLineBytes} from '../../../src/base/bytes.js';
import type {LogPosition} from '../../../src/log/position.js';
import {Follower} from '../../../src/sys/follow/follow.js';
import {openBelow, sleep, tempDirs} from '../../support/temp.js';
import {readAll, Reader} from './reader.js';

const newDir = tempDirs();
const newLog = (): string => join(newDir(), 'mail.log');
const append = (path: string, ...lines: readonly string[]): void =>
  fs.appendFileSync(path, lines.map((line) => `${line}\n`).join(''));

/** A log of which everything up to now has been read. */
async function readUpTo(path: string, ...lines: string[]): Promise<LogPosition> {
  append(path, ...lines);
  const {position} = await readAll(path, []);
  return position ?? [];
}

describe('while nobody read, the log was', () => {
  test('written to', async () => {
    const path = newLog();
    const position = await readUpTo(path, 'one', 'two');
    append(path, 'three');
    expect((await readAll(path, position)).lines).toEqual(['three']);
  });

  test('left as it was', async () => {
    const path = newLog();
    const position = await readUpTo(path, 'one');
    expect((await readAll(path, position)).lines).toEqual([]);
  });

  test('renamed and made again: first the rest of the old, then the new', async () => {
    const path = newLog();
    const position = await readUpTo(path, 'one');
    append(path, 'two');
    fs.renameSync(path, `${path}.1`);
    append(path, 'three');
    expect((await readAll(path, position)).lines).toEqual(['two', 'three']);
  });

  test('rotated with a date in the name', async () => {
    const path = newLog();
    const position = await readUpTo(path, 'one');
    append(path, 'two');
    fs.renameSync(path, `${path}-20261121`);
    append(path, 'three');
    expect((await readAll(path, position)).lines).toEqual(['two', 'three']);
  });

  test('rotated twice: the file between the two is read too', async () => {
    const path = newLog();
    const position = await readUpTo(path, 'one');
    append(path, 'two');
    fs.renameSync(path, `${path}.2`);
    await sleep(20); // so that their times differ
    append(path, 'three');
    fs.renameSync(path, `${path}.1`);
    append(path, 'four');
    expect((await readAll(path, position)).lines).toEqual(['two', 'three', 'four']);
  });

  test('copied and truncated: the unread lines are in the copy', async () => {
    const path = newLog();
    const position = await readUpTo(path, 'a first line that is long enough to be told apart');
    append(path, 'two');
    fs.copyFileSync(path, `${path}.1`);
    fs.truncateSync(path);
    append(path, 'three');
    expect((await readAll(path, position)).lines).toEqual(['two', 'three']);
  });

  test('truncated and filled past the old offset', async () => {
    const path = newLog();
    const position = await readUpTo(path, 'one');
    fs.writeFileSync(path, '');
    append(path, 'three', 'four', 'five');
    const events: string[] = [];
    const {lines} = await readAll(path, position, ({kind}) => events.push(kind));
    expect(lines).toEqual(['three', 'four', 'five']);
    expect(events).toContain('predecessorGone');
  });

  test('removed and made again with the same inode number', async () => {
    const path = newLog();
    const position = await readUpTo(path, 'one', 'two');
    const {dev, ino} = fs.statSync(path);
    fs.rmSync(path);
    append(path, 'new one', 'new two', 'new three');
    // ext4 uses the number again, other file systems do not: then the position is made to say so.
    const made = fs.statSync(path);
    const told = position.map((cursor) => ({...cursor, identity: `${made.dev}:${made.ino}`}));
    expect(position[0]?.identity).toBe(`${dev}:${ino}`);
    expect((await readAll(path, told)).lines).toEqual(['new one', 'new two', 'new three']);
  });

  test('removed, and comes back later: read from its first line', async () => {
    const path = newLog();
    const position = await readUpTo(path, 'one');
    fs.rmSync(path);
    const follower = new Follower(path, position, () => undefined);
    const batches = follower.batches(new AbortController().signal);
    expect((await batches.next()).value).toMatchObject({lines: [], position: undefined});
    append(path, 'two');
    const {value} = await batches.next();
    expect(value).toMatchObject({lines: [{text: 'two'}]});
    await batches.return(undefined);
  });

  test('rotated, beside a link that leads nowhere but to itself', async () => {
    const path = newLog();
    const position = await readUpTo(path, 'one');
    append(path, 'two');
    fs.renameSync(path, `${path}.1`);
    append(path, 'three');
    fs.symlinkSync(`${path}.0-loop`, `${path}.0-loop`);
    const follower = new Follower(path, position, () => undefined);
    const lines: string[] = [];
    for await (const batch of follower.batches(AbortSignal.timeout(1500))) {
      lines.push(...batch.lines.map(({text}) => text));
    }
    expect(lines).toEqual(['two', 'three']);
    expect(openBelow(path)).toBe(0);
  });

  test('renamed, not made again, beside a link that leads nowhere but to itself', async () => {
    const path = newLog();
    const position = await readUpTo(path, 'one');
    append(path, 'two');
    fs.renameSync(path, `${path}.1`);
    fs.symlinkSync(`${path}.0-loop`, `${path}.0-loop`);
    const lines: string[] = [];
    const follower = new Follower(path, position, () => undefined);
    for await (const batch of follower.batches(AbortSignal.timeout(500))) {
      lines.push(...batch.lines.map(({text}) => text));
    }
    expect(lines).toEqual(['two']);
  });

  test('renamed, not made again: the renamed one is read on until the name is back', async () => {
    const path = newLog();
    const position = await readUpTo(path, 'one');
    fs.renameSync(path, `${path}.1`);
    const reader = new Reader(path, position);
    await reader.says('unreadable');
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000);
    await sleep(1200);
    append(`${path}.1`, 'two');
    await sleep(1200);
    append(path, 'three');
    await sleep(200);
    jest.restoreAllMocks();
    await reader.stop();
    expect(reader.lines).toEqual(['two', 'three']);
  });

  test('read on in two files at the time: both go on, once', async () => {
    const path = newLog();
    const first = await readUpTo(path, 'one');
    fs.renameSync(path, `${path}.1`);
    append(path, 'two');
    const {position, lines} = await readAll(path, first);
    expect(lines).toEqual(['two']);
    expect(position).toHaveLength(2);
    append(`${path}.1`, 'late');
    append(path, 'three');
    expect((await readAll(path, position!)).lines).toEqual(['late', 'three']);
  });
});

test('a line has the path that is followed as its source, also from a renamed file', async () => {
  const path = newLog();
  const position = await readUpTo(path, 'one');
  append(path, 'two');
  fs.renameSync(path, `${path}.1`);
  append(path, 'three');
  const {batches} = await readAll(path, position);
  const lines = batches.flatMap((batch) => batch.lines);
  expect(lines.map(({source, offset}) => ({source, offset}))).toEqual([
    {source: path, offset: 4},
    {source: path, offset: 0},
  ]);
});

type Action =
  | {kind: 'write'; lengths: number[]}
  | {kind: 'half'}
  | {kind: 'rotate'}
  /** Reads so many batches and is killed; the last one's position is what was saved. */
  | {kind: 'read'; batches: number};

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      lengths: fc.array(fc.oneof(fc.nat(200), fc.nat(longestLineBytes - 100)), {maxLength: 12}),
    }),
  },
  {weight: 1, arbitrary: fc.constant({kind: 'half' as const})},
  {weight: 1, arbitrary: fc.constant({kind: 'rotate' as const})},
  {weight: 4, arbitrary: fc.record({kind: fc.constant('read' as const), batches: fc.nat(3)})},
);

/** Written, rotated and read in any order: what was written, and what was given. */
class Model {
  readonly written: string[] = [];
  readonly given: string[] = [];
  readonly #path: string;
  #position: LogPosition = [];
  #rotations = 0;
  #rotatedSinceRead = false;

  constructor(path: string) {
    this.#path = path;
    fs.writeFileSync(path, '');
  }

  async run(step: Action): Promise<void> {
    if (step.kind === 'write') for (const length of step.lengths) this.#write(length);
    if (step.kind === 'half') this.#write(30, 'half');
    if (step.kind === 'rotate') this.#rotate();
    if (step.kind === 'read') await this.read(step.batches);
  }

  async read(most: number): Promise<void> {
    this.#rotatedSinceRead = false;
    const follower = new Follower(this.#path, this.#position, () => undefined);
    let left = most;
    for await (const batch of follower.batches(new AbortController().signal)) {
      this.given.push(...batch.lines.map(({text}) => text));
      this.#position = batch.position ?? this.#position;
      if (batch.caughtUp || left-- === 0) break;
    }
  }

  #write(length: number, how?: 'half'): void {
    const text = `${this.written.length} ${'\xe9'.repeat(length)}`;
    this.written.push(text);
    const bytes = Buffer.from(`${text}\n`, 'latin1');
    fs.appendFileSync(this.#path, how === 'half' ? bytes.subarray(0, 10) : bytes);
    // The writer of half a line writes the rest later, to where it began.
    if (how === 'half') this.#rest = {path: this.#path, bytes: bytes.subarray(10)};
    this.finish(how);
  }

  #rest: {path: string; bytes: Buffer} | undefined;

  /** A half line stays one over the next step only. */
  finish(how?: 'half'): void {
    if (this.#rest === undefined || how === 'half') return;
    fs.appendFileSync(this.#rest.path, this.#rest.bytes);
    this.#rest = undefined;
  }

  #rotate(): void {
    // Two rotations with nobody reading have a test of their own.
    if (this.#rotatedSinceRead) return;
    this.#rotatedSinceRead = true;
    const rotated = `${this.#path}.${this.#rotations++}`;
    fs.renameSync(this.#path, rotated);
    fs.writeFileSync(this.#path, '');
  }
}

test('property: killed after any batch, over rotations and half lines, every line is given once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, {minLength: 3, maxLength: 20}), async (steps) => {
      const model = new Model(newLog());
      await model.read(0); // before that, nothing says where reading ended
      for (const step of steps) {
        model.finish(step.kind === 'read' ? 'half' : undefined);
        await model.run(step);
      }
      model.finish();
      await model.read(1000);
      expect([...model.given].sort()).toEqual([...model.written].sort());
    }),
    {numRuns: 60},
  );
});
