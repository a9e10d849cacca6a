/** What happens to a log between two looks of the follower: found and read, or said. */
import {afterEach, describe, expect, jest, test} from '@jest/globals';
import fs from 'node:fs';
import {dirname, join} from 'node:path';
import {Follower} from '../../../src/sys/follow/follow.js';
import {recentBytes} from '../../../src/sys/follow/read-guard.js';
import {append, copyAndCut, lineOf, pack, useLooker} from './looker.js';
import {openBelow, tempDirs, until} from '../../support/temp.js';

const newDir = tempDirs();
const newLog = (): string => join(newDir(), 'mail.log');
const numbered = (from: number, to: number): string[] =>
  Array.from({length: to - from}, (_, i) => String(from + i));

const looker = useLooker();
const {looking} = looker;
afterEach(() => void jest.restoreAllMocks());

describe('rotated between two looks', () => {
  test('twice: the file that came between is read', async () => {
    const path = newLog();
    const {events} = await looking(path, 'one');
    append(path, 'two');
    fs.renameSync(path, `${path}.2`);
    append(path, 'three');
    fs.renameSync(path, `${path}.1`);
    append(path, 'four');
    expect(await looker.look()).toEqual(['two', 'three', 'four']);
    append(`${path}.1`, 'late');
    expect(await looker.look()).toEqual(['late']);
    expect(events.map(({kind}) => kind)).toEqual(['following', 'rotated', 'following']);
  });

  test('three times, and all but the last packed', async () => {
    const path = newLog();
    await looking(path, 'one');
    for (const turn of [3, 2, 1]) {
      append(path, `turn ${turn}`);
      fs.renameSync(path, `${path}.${turn}`);
      pack(`${path}.${turn}`);
    }
    append(path, 'last');
    expect(await looker.look()).toEqual(['turn 3', 'turn 2', 'turn 1', 'last']);
    expect(await looker.look()).toEqual([]);
  });

  test('once more, while the files are being looked for', async () => {
    const path = newLog();
    const {events} = await looking(path, 'one');
    append(path, 'two');
    copyAndCut(path, `${path}.1`);
    append(path, 'three');
    const statSync = fs.statSync as (name: string, options?: object) => fs.Stats;
    const shifting = (name: string, options?: object): fs.Stats => {
      if (name === `${path}.1` && !fs.existsSync(`${path}.2`)) fs.renameSync(name, `${path}.2`);
      return statSync(name, options);
    };
    jest.spyOn(fs, 'statSync').mockImplementation(shifting as typeof fs.statSync);
    expect(await looker.look()).toEqual(['two', 'three']);
    expect(events.map(({kind}) => kind)).toEqual(['following', 'rotated']);
  });

  test('files that were read before are left alone, also when they count upwards', async () => {
    const path = newLog();
    await looking(path, 'one');
    let nowMs = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => nowMs);
    for (let turn = 0; turn < 5; turn++) {
      append(path, `old ${turn}`);
      expect(await looker.look()).toEqual([`old ${turn}`]);
      fs.utimesSync(path, nowMs / 1000, nowMs / 1000);
      fs.renameSync(path, `${path}.${turn}`);
      append(path, `new ${turn}`);
      expect(await looker.look()).toEqual([`new ${turn}`]);
      nowMs += 60_000;
      expect(await looker.look()).toEqual([]);
    }
    await until('only the last is open', () => openBelow(path) <= 2);
  });

  test('copied and cut with lines unread: they are in the copy', async () => {
    const path = newLog();
    const {events} = await looking(path, 'one');
    append(path, 'two');
    copyAndCut(path, `${path}.1`);
    append(path, 'three');
    expect(await looker.look()).toEqual(['two', 'three']);
    expect(events.map(({kind}) => kind)).not.toContain('truncated');
  });

  test('copied and cut twice', async () => {
    const path = newLog();
    await looking(path, 'one');
    append(path, 'two');
    copyAndCut(path, `${path}.2`);
    append(path, 'three');
    copyAndCut(path, `${path}.1`);
    append(path, 'four');
    expect(await looker.look()).toEqual(['two', 'three', 'four']);
  });

  test('copied and cut before anything of it was read: the folder tells', async () => {
    const path = newLog();
    fs.writeFileSync(path, '');
    await looking(path);
    append(path, 'one');
    copyAndCut(path, `${path}.1`);
    append(path, 'two');
    expect(await looker.look()).toEqual(['one', 'two']);
  });

  test('copied and cut twice and then renamed, before anything of it was read', async () => {
    const path = newLog();
    fs.writeFileSync(path, '');
    await looking(path);
    append(path, 'one');
    copyAndCut(path, `${path}.3`);
    append(path, 'two');
    copyAndCut(path, `${path}.2`);
    append(path, 'three');
    fs.renameSync(path, `${path}.1`);
    append(path, 'four');
    expect((await looker.look()).sort()).toEqual(['four', 'one', 'three', 'two']);
  });

  test('copied and cut without a copy: reported', async () => {
    const path = newLog();
    const {events} = await looking(path, 'one');
    append(path, 'lost');
    fs.truncateSync(path);
    append(path, 'three');
    expect(await looker.look()).toEqual(['three']);
    const atBytes = lineOf('one').length + 1;
    expect(events).toContainEqual({kind: 'truncated', path, atBytes, fromBytes: 0});
  });
});

describe('cut, and not to nothing', () => {
  test('lines that are still there are not given twice', async () => {
    const path = newLog();
    const {events} = await looking(path, ...numbered(0, 9));
    const lineBytes = lineOf('0').length + 1;
    fs.truncateSync(path, 5 * lineBytes + 10);
    fs.appendFileSync(path, '\n');
    append(path, 'new');
    const [half, ...names] = await looker.look();
    expect(half).toBe('');
    expect(names).toEqual(['new']);
    expect(events.at(-1)).toEqual({
      kind: 'truncated',
      path,
      atBytes: 9 * lineBytes,
      fromBytes: 5 * lineBytes,
    });
  });

  test('deeper than is remembered: from a place before it, of which the guard is', async () => {
    const path = newLog();
    const lines = numbered(100_000, 105_000);
    const {events} = await looking(path, ...lines);
    const lineBytes = lineOf(lines[0]!).length + 1;
    const keptLines = 4000;
    expect((5000 - keptLines) * lineBytes).toBeGreaterThan(recentBytes);
    fs.truncateSync(path, keptLines * lineBytes);
    append(path, 'new');
    const names = await looker.look();
    expect(names.at(-1)).toBe('new');
    // At most what one mark is from the next, and a chunk.
    expect(names.length * lineBytes).toBeLessThan(3 * 64 * 1024);
    expect(events.at(-1)).toMatchObject({kind: 'truncated', atBytes: 5000 * lineBytes});
  });

  test('cut and filled with lines whose first bytes are alike: all new', async () => {
    const path = newLog();
    await looking(path, 'a', 'b');
    fs.truncateSync(path);
    append(path, 'c', 'd', 'e');
    expect(await looker.look()).toEqual(['c', 'd', 'e']);
  });
});

test('a disk that fails while it is looked at: reported once, and read on when it is back', async () => {
  const path = newLog();
  const {events} = await looking(path, 'one');
  append(path, 'two');
  jest.spyOn(fs, 'readSync').mockImplementation(() => {
    throw new Error('EIO: i/o error, read');
  });
  expect(await looker.look()).toEqual([]);
  expect(await looker.look()).toEqual([]);
  jest.restoreAllMocks();
  expect(await looker.look()).toEqual(['two']);
  expect(events.filter(({kind}) => kind === 'unreadable')).toHaveLength(1);
});

describe('one file on a bad part of the disk', () => {
  /** Reading it fails: all of it, or what stands before a byte. */
  function makeBad(path: string, beforeBytes = Number.POSITIVE_INFINITY): void {
    const {ino} = fs.statSync(path);
    const real = fs.readSync as (...parameters: unknown[]) => number;
    jest.spyOn(fs, 'readSync').mockImplementation((descriptor, ...rest: unknown[]) => {
      const isBad = fs.fstatSync(descriptor).ino === ino && (rest[3] as number) < beforeBytes;
      if (isBad) throw new Error('EIO: i/o error, read');
      return real(descriptor, ...rest);
    });
  }

  test('an old one, when the log was cut without a copy: reported, left out, and closed', async () => {
    const path = newLog();
    append(`${path}.7`, 'long ago');
    fs.utimesSync(`${path}.7`, 1, 1);
    const {events} = await looking(path, 'one');
    makeBad(`${path}.7`);
    fs.truncateSync(path);
    append(path, 'two');
    expect(await looker.look()).toEqual(['two']);
    expect(events.map(({kind}) => kind)).toEqual(['following', 'damaged', 'truncated']);
    expect(openBelow(`${path}.7`)).toBe(0);
  });

  test('one that came between two looks: reported, and the log is followed', async () => {
    const path = newLog();
    const {events} = await looking(path, 'one');
    fs.renameSync(path, `${path}.2`);
    append(`${path}.1`, 'lost');
    append(path, 'three');
    makeBad(`${path}.1`);
    expect(await looker.look()).toEqual(['three']);
    expect(events.map(({kind}) => kind)).toEqual(['following', 'damaged', 'rotated', 'following']);
  });

  test('the log itself, that is then renamed: the new one is followed, the old one tried on', async () => {
    const path = newLog();
    const {events} = await looking(path, 'one');
    makeBad(path);
    append(path, 'two');
    fs.renameSync(path, `${path}.1`);
    append(path, 'three');
    expect(await looker.look()).toEqual(['three']);
    jest.restoreAllMocks();
    expect(await looker.look()).toEqual(['two']);
    const kinds = ['following', 'rotated', 'following', 'unreadable'];
    expect(events.map(({kind}) => kind)).toEqual(kinds);
  });

  test('the start of a log that was shortened: tried again at the tick, not at once', async () => {
    const path = newLog();
    const lines = numbered(1000, 1900);
    await looking(path, ...lines);
    await looker.stop();
    const events: string[] = [];
    const follower = new Follower(path, 'end', ({kind}) => events.push(kind));
    let looks = 0;
    for await (const {lines: given} of follower.batches(AbortSignal.timeout(2500))) {
      looks += 1;
      if (given.length > 0) break;
      if (looks > 1) continue;
      makeBad(path, 30_000);
      fs.truncateSync(path, 40_000);
      fs.appendFileSync(path, Buffer.alloc(40_000, 'x'));
    }
    expect(events).toEqual(['following', 'unreadable']);
    expect(looks).toBeLessThan(10);
  });
});

describe('another file under the name', () => {
  test('a copy of the log with more behind it (rsync): it goes on, nothing twice', async () => {
    const path = newLog();
    await looking(path, 'one', 'two');
    fs.copyFileSync(path, `${path}~`);
    append(`${path}~`, 'three');
    fs.renameSync(`${path}~`, path);
    expect(await looker.look()).toEqual(['three']);
    append(path, 'four');
    expect(await looker.look()).toEqual(['four']);
  });

  test('the same while nobody looked', async () => {
    const path = newLog();
    const {position} = await looking(path, 'one', 'two');
    await looker.stop();
    fs.copyFileSync(path, `${path}~`);
    append(`${path}~`, 'three');
    fs.renameSync(`${path}~`, path);
    looker.begin(path, position);
    expect(await looker.look()).toEqual(['three']);
  });

  test('its folder replaced by another', async () => {
    const path = join(newDir(), 'log', 'mail.log');
    fs.mkdirSync(dirname(path));
    await looking(path, 'one');
    append(path, 'two');
    fs.renameSync(dirname(path), `${dirname(path)}.old`);
    fs.mkdirSync(dirname(path));
    expect(await looker.look()).toEqual(['two']);
    append(path, 'three');
    append(join(`${dirname(path)}.old`, 'mail.log'), 'late');
    expect(await looker.look()).toEqual(['late', 'three']);
  });

  test('a link to a file of the day, turned while nobody looked', async () => {
    const path = newLog();
    fs.symlinkSync(`${path}-20261121`, path);
    const {position} = await looking(path, 'one');
    await looker.stop();
    append(path, 'two');
    fs.rmSync(path);
    fs.symlinkSync(`${path}-20261122`, path);
    append(path, 'three');
    looker.begin(path, position);
    expect(await looker.look()).toEqual(['two', 'three']);
  });
});
