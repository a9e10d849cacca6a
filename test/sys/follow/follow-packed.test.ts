/** The follower over logs that were rotated more than once, and packed, while nobody looked. */
import {spawnSync} from 'node:child_process';
import fs from 'node:fs';
import {join} from 'node:path';
import zlib from 'node:zlib';
import {describe, expect, test} from '@jest/globals';
import type {LogPosition} from '../../../src/log/position.js';
import type {FollowEvent} from '../../../src/log/source-event.js';
import {Follower} from '../../../src/sys/follow/follow.js';
import {openBelow, sleep, tempDirs, until} from '../../support/temp.js';
import {readAll} from './reader.js';

const newDir = tempDirs();
const newLog = (): string => join(newDir(), 'mail.log');
const lineOf = (name: string): string =>
  `Nov 21 12:00:00 relay sendmail[123]: a line named ${name}`;
const append = (path: string, ...names: readonly string[]): void =>
  fs.appendFileSync(path, names.map((name) => `${lineOf(name)}\n`).join(''));
const numbered = (from: number, to: number): string[] =>
  Array.from({length: to - from}, (_, i) => String(from + i));

/** As gzip does it: another file, with the time of the first. */
function pack(path: string, ending = '.gz', bytes = zlib.gzipSync(fs.readFileSync(path))): void {
  const {atime, mtime} = fs.statSync(path);
  fs.writeFileSync(`${path}${ending}`, bytes);
  fs.utimesSync(`${path}${ending}`, atime, mtime);
  fs.rmSync(path);
}

/** A new log, and the old one packed, as logrotate does it. */
function rotate(path: string, delay: 'packed at once' | 'packed the next time'): void {
  for (let turn = 9; turn >= 1; turn--) {
    for (const ending of ['', '.gz']) {
      const older = `${path}.${turn}${ending}`;
      if (fs.existsSync(older)) fs.renameSync(older, `${path}.${turn + 1}${ending}`);
    }
  }
  if (fs.existsSync(`${path}.2`)) pack(`${path}.2`);
  fs.renameSync(path, `${path}.1`);
  if (delay === 'packed at once') pack(`${path}.1`);
  fs.writeFileSync(path, '');
}

async function readUpTo(path: string, ...names: string[]): Promise<LogPosition> {
  append(path, ...names);
  const {position} = await readAll(path, []);
  return position ?? [];
}

interface Read {
  readonly names: string[];
  readonly events: FollowEvent[];
  readonly kinds: string[];
}

async function readOn(path: string, position: LogPosition): Promise<Read> {
  const events: FollowEvent[] = [];
  const {lines} = await readAll(path, position, (event) => events.push(event));
  const names = lines.map((line) => line.slice(lineOf('').length));
  return {names, events, kinds: events.map(({kind}) => kind)};
}

describe('packed while nobody read', () => {
  test('rotated once and packed at once', async () => {
    const path = newLog();
    const position = await readUpTo(path, 'one');
    append(path, 'two', 'three');
    rotate(path, 'packed at once');
    append(path, 'four');
    const {names, kinds} = await readOn(path, position);
    expect(names).toEqual(['two', 'three', 'four']);
    expect(kinds).toEqual(['following']);
    await until('closed', () => openBelow(path) === 0);
  });

  test.each([1, 2, 3, 4])('rotated %i times, packed the next time', async (times) => {
    const path = newLog();
    const position = await readUpTo(path, 'read');
    for (let i = 0; i < times; i++) {
      append(path, `${i}`);
      rotate(path, 'packed the next time');
    }
    append(path, 'last');
    const {names, kinds} = await readOn(path, position);
    expect(names).toEqual([...numbered(0, times), 'last']);
    expect(kinds).toEqual(['following']);
  });

  test('older files that were read before are left alone', async () => {
    const path = newLog();
    for (const name of ['long ago', 'not so long ago', 'lately']) {
      append(path, name);
      rotate(path, 'packed the next time');
    }
    await sleep(50); // so that their times differ from that of the first look
    const position = await readUpTo(path, 'read');
    append(path, 'one');
    rotate(path, 'packed the next time');
    append(path, 'two');
    rotate(path, 'packed the next time');
    expect((await readOn(path, position)).names).toEqual(['one', 'two']);
  });

  test('with dates in the names, whatever their times say', async () => {
    const path = newLog();
    const position = await readUpTo(path, 'read');
    for (const day of [21, 22, 23]) {
      append(path, `day ${day}`);
      fs.renameSync(path, `${path}-202611${day}`);
    }
    // Packed later than the next day was written, and without its time.
    for (const day of [22, 21]) {
      pack(`${path}-202611${day}`);
      fs.utimesSync(`${path}-202611${day}.gz`, Date.now() / 1000, Date.now() / 1000);
      await sleep(20);
    }
    append(path, 'today');
    expect((await readOn(path, position)).names).toEqual(['day 21', 'day 22', 'day 23', 'today']);
  });

  test('copied, truncated and packed', async () => {
    const path = newLog();
    const position = await readUpTo(path, 'read');
    append(path, 'one');
    fs.copyFileSync(path, `${path}.1`);
    fs.truncateSync(path);
    pack(`${path}.1`);
    append(path, 'two');
    const {names, kinds} = await readOn(path, position);
    expect(names).toEqual(['one', 'two']);
    expect(kinds).toEqual(['following']);
  });

  test('copied and truncated twice: the lines between are in a copy too', async () => {
    const path = newLog();
    const position = await readUpTo(path, 'read');
    for (const name of ['one', 'two']) {
      append(path, name);
      if (fs.existsSync(`${path}.1`)) {
        fs.renameSync(`${path}.1`, `${path}.2`);
        pack(`${path}.2`);
      }
      fs.copyFileSync(path, `${path}.1`);
      fs.truncateSync(path);
    }
    append(path, 'three');
    expect((await readOn(path, position)).names).toEqual(['one', 'two', 'three']);
  });

  test('copied and not truncated yet: the copy is not read beside the log', async () => {
    const path = newLog();
    const position = await readUpTo(path, 'read');
    append(path, 'one');
    fs.copyFileSync(path, `${path}.1`);
    expect((await readOn(path, position)).names).toEqual(['one']);
  });

  test('packed, and the plain one still there: read once', async () => {
    const path = newLog();
    const position = await readUpTo(path, 'read');
    append(path, 'one');
    fs.renameSync(path, `${path}.1`);
    const whole = zlib.gzipSync(fs.readFileSync(`${path}.1`));
    fs.writeFileSync(`${path}.1.gz`, whole.subarray(0, whole.length - 9));
    append(path, 'two');
    const {names, kinds} = await readOn(path, position);
    expect(names).toEqual(['one', 'two']);
    expect(kinds).toEqual(['following']);
  });

  test('packed, and the log not there yet: read, and then the log', async () => {
    const path = newLog();
    const position = await readUpTo(path, 'read');
    append(path, 'one');
    fs.renameSync(path, `${path}.1`);
    pack(`${path}.1`);
    const follower = new Follower(path, position, () => undefined);
    const lines: string[] = [];
    for await (const batch of follower.batches(AbortSignal.timeout(3000))) {
      lines.push(...batch.lines.map(({text}) => text));
      if (batch.caughtUp && lines.length === 1) append(path, 'two');
      if (lines.length === 2) break;
      follower.lookNow();
    }
    expect(lines).toEqual(['one', 'two'].map(lineOf));
  });

  test('stopped within a packed file, and packed ones waiting: each line once', async () => {
    const path = newLog();
    let position = await readUpTo(path, 'read');
    for (let i = 0; i < 3; i++) {
      append(path, ...numbered(i * 3000, (i + 1) * 3000));
      rotate(path, 'packed the next time');
    }
    append(path, 'last');
    const given: string[] = [];
    for (let isOver = false; !isOver;) {
      const follower = new Follower(path, position, () => undefined);
      for await (const batch of follower.batches(new AbortController().signal)) {
        given.push(...batch.lines.map(({text}) => text.slice(lineOf('').length)));
        position = batch.position ?? position;
        isOver = batch.caughtUp;
        if (batch.lines.length > 0) break;
      }
      // What waits plain is packed before the next start.
      if (given.length < 3000 && fs.existsSync(`${path}.1`)) pack(`${path}.1`);
    }
    expect(given).toEqual([...numbered(0, 9000), 'last']);
  });

  test('a place of an older version, without times: the files behind it in order are read', async () => {
    const path = newLog();
    const position = await readUpTo(path, 'read');
    const old = position.map(({identity, offset, guard}) => ({identity, offset, guard}));
    append(path, 'one');
    rotate(path, 'packed the next time');
    append(path, 'two');
    rotate(path, 'packed the next time');
    append(path, 'three');
    expect((await readOn(path, old)).names).toEqual(['one', 'two', 'three']);
  });
});

describe('packed by a program that is here', () => {
  test.each([
    ['.xz', 'xz', '-c'],
    ['.bz2', 'bzip2', '-c'],
    ['.zst', 'zstd', '-qc'],
  ] as const)('%s: read on where it was left, and to its end', async (ending, program, word) => {
    const path = newLog();
    const position = await readUpTo(path, 'one');
    append(path, ...numbered(2, 3000));
    const packed = spawnSync(program, [word], {input: fs.readFileSync(path)});
    if (packed.error !== undefined) return void process.stderr.write(`skipped: needs ${program}\n`);
    fs.renameSync(path, `${path}.1`);
    pack(`${path}.1`, ending, packed.stdout);
    fs.writeFileSync(path, '');
    append(path, 'last');
    const {names, kinds} = await readOn(path, position);
    expect(names).toEqual([...numbered(2, 3000), 'last']);
    expect(kinds).toEqual(['following']);
    await until('closed', () => openBelow(path) === 0);
  });
});

describe('an unreadable file is reported, and the rest is read', () => {
  test('half-written: up to where it breaks', async () => {
    const path = newLog();
    const position = await readUpTo(path, 'read');
    append(path, ...numbered(0, 20_000));
    fs.renameSync(path, `${path}.1`);
    const bytes = zlib.gzipSync(fs.readFileSync(`${path}.1`));
    pack(`${path}.1`, '.gz', bytes.subarray(0, bytes.length / 2));
    append(path, 'last');
    const {names, events} = await readOn(path, position);
    expect(names.at(-1)).toBe('last');
    expect(names.length).toBeGreaterThan(5000);
    expect(names.slice(0, -1)).toEqual(numbered(0, names.length - 1));
    expect(events.filter(({kind}) => kind === 'damaged')).toMatchObject([{path: `${path}.1.gz`}]);
  });

  test('broken before the place: nothing of it is given twice', async () => {
    const path = newLog();
    const position = await readUpTo(path, ...numbered(0, 20_000));
    append(path, 'lost');
    fs.renameSync(path, `${path}.1`);
    const bytes = zlib.gzipSync(fs.readFileSync(`${path}.1`));
    pack(`${path}.1`, '.gz', bytes.subarray(0, bytes.length / 2));
    append(path, 'last');
    const {names, kinds} = await readOn(path, position);
    expect(names).toEqual(['last']);
    expect(kinds.sort()).toEqual(['damaged', 'following', 'predecessorGone']);
  });

  test.each([
    ['empty', Buffer.alloc(0)],
    ['no gzip at all', Buffer.from('x'.repeat(1000))],
    ['a header only', zlib.gzipSync('').subarray(0, 10)],
  ])('%s, between two good ones', async (_, bytes) => {
    const path = newLog();
    const position = await readUpTo(path, 'read');
    for (const name of ['one', 'lost', 'three']) {
      append(path, name);
      rotate(path, 'packed the next time');
    }
    fs.writeFileSync(`${path}.2.gz`, bytes);
    append(path, 'four');
    const {names, kinds} = await readOn(path, position);
    expect(names).toEqual(['one', 'three', 'four']);
    expect(kinds).toContain('damaged');
  });

  test.each(['.xz', '.zst', '.bz2'])('%s: reported once, by name', async (ending) => {
    const path = newLog();
    const position = await readUpTo(path, 'read');
    append(path, 'one');
    fs.renameSync(path, `${path}.2`);
    await sleep(30);
    append(path, 'lost');
    fs.renameSync(path, `${path}.1`);
    pack(`${path}.1`, ending, Buffer.from('packed otherwise'));
    append(path, 'three');
    const {names, events} = await readOn(path, position);
    expect(names).toEqual(['one', 'three']);
    expect(events.filter(({kind}) => kind === 'unreadablePacking')).toEqual([
      {kind: 'unreadablePacking', path: `${path}.1${ending}`},
    ]);
  });

  test('the very file that was read last', async () => {
    const path = newLog();
    const position = await readUpTo(path, 'read');
    append(path, 'lost');
    fs.renameSync(path, `${path}.1`);
    pack(`${path}.1`, '.xz', Buffer.from('packed otherwise'));
    append(path, 'two');
    const {names, kinds} = await readOn(path, position);
    expect(names).toEqual(['two']);
    expect(kinds.sort()).toEqual(['following', 'predecessorGone', 'unreadablePacking']);
  });

  test('half a gigabyte of nothing in a small file: memory does not grow', async () => {
    const path = newLog();
    const position = await readUpTo(path, 'read');
    append(path, 'one');
    fs.renameSync(path, `${path}.1`);
    const bomb = zlib.gzipSync(Buffer.alloc(64 * 1024 * 1024));
    const head = zlib.gzipSync(fs.readFileSync(`${path}.1`));
    pack(`${path}.1`, '.gz', Buffer.concat([head, ...Array<Buffer>(8).fill(bomb)]));
    append(path, 'two');
    const before = process.memoryUsage.rss();
    const {names, kinds} = await readOn(path, position);
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * 1024 * 1024);
    expect(names).toEqual(['one', 'two']);
    expect(kinds).toContain('longLine');
  });
});
