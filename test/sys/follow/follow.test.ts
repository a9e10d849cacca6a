/** The follower while it runs: rotation, truncation, absence, speed, and its end. */
import {afterEach, describe, expect, jest, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {Follower} from '../../../src/sys/follow/follow.js';
import {Reader} from './reader.js';
import {openBelow, openDescriptors, sleep, tempDirs, until} from '../../support/temp.js';

const newDir = tempDirs();
const newLog = (): string => join(newDir(), 'mail.log');
const numbered = (from: number, to: number): string[] =>
  Array.from({length: to - from}, (_, i) => `Nov 21 12:00:00 relay line ${from + i}`);
const append = (path: string, lines: readonly string[]): void =>
  fs.appendFileSync(path, lines.map((line) => `${line}\n`).join(''));

let reader: Reader | undefined;
const follow = (...parameters: ConstructorParameters<typeof Reader>): Reader =>
  (reader = new Reader(...parameters));

afterEach(async () => {
  jest.restoreAllMocks();
  await reader?.stop().catch(() => undefined);
  reader = undefined;
});

describe('the place where reading begins', () => {
  test('a file that exists at the first start is read from its end', async () => {
    const path = newLog();
    append(path, numbered(0, 10));
    const {lines} = await following(path);
    append(path, numbered(10, 12));
    await reader!.reaches(2);
    expect(lines).toEqual(numbered(10, 12));
  });

  test('a missing file is reported once, and read from its first line', async () => {
    const path = newLog();
    follow(path, 'end');
    await reader!.says('unreadable');
    await sleep(1200);
    append(path, numbered(0, 3));
    await reader!.reaches(3);
    expect(reader!.lines).toEqual(numbered(0, 3));
    expect(reader!.kinds()).toEqual(['unreadable', 'following']);
  });

  test('a half line at the first start is given whole when it ends', async () => {
    const path = newLog();
    fs.writeFileSync(path, 'old\nhal');
    const {lines} = await following(path);
    fs.appendFileSync(path, 'f\n');
    await reader!.reaches(1);
    expect(lines).toEqual(['half']);
  });

  test('an empty file gives its first line', async () => {
    const path = newLog();
    fs.writeFileSync(path, '');
    const {lines} = await following(path);
    append(path, ['first']);
    await reader!.reaches(1);
    expect(lines).toEqual(['first']);
  });
});

describe('speed', () => {
  test('the watch wakes at once: a write is seen long before the tick', async () => {
    const path = newLog();
    append(path, ['old']);
    const {lines} = await following(path);
    const delays: number[] = [];
    for (let i = 0; i < 10; i++) {
      await sleep(20);
      const before = performance.now();
      append(path, [`line ${i}`]);
      await reader!.reaches(i + 1);
      delays.push(performance.now() - before);
    }
    expect(lines).toHaveLength(10);
    expect(delays.sort((a, b) => a - b)[5]).toBeLessThan(100);
  });

  test('a line appended in pieces is one line', async () => {
    const path = newLog();
    append(path, ['old']);
    const {lines} = await following(path);
    for (const piece of ['a', 'b', 'c', '\n', 'd\ne', '\n']) {
      fs.appendFileSync(path, piece);
      await sleep(20);
    }
    await reader!.reaches(3);
    expect(lines).toEqual(['abc', 'd', 'e']);
  });
});

describe('rotation', () => {
  test('rename and create; the renamed file is written to for a while, and all is read', async () => {
    const path = newLog();
    append(path, ['old']);
    const {lines} = await following(path);
    append(path, numbered(0, 5));
    await reader!.reaches(5);
    fs.renameSync(path, `${path}.1`);
    append(path, numbered(100, 105));
    for (let i = 5; i < 10; i++) {
      append(`${path}.1`, numbered(i, i + 1));
      await sleep(10);
    }
    append(path, numbered(105, 107));
    await reader!.reaches(17);
    expect([...lines].sort()).toEqual([...numbered(0, 10), ...numbered(100, 107)].sort());
    expect(reader!.kinds()).toEqual(['following', 'rotated', 'following']);
  });

  test('rename without a new file: the renamed one is read on until the name is back', async () => {
    const path = newLog();
    append(path, ['old']);
    const {lines} = await following(path);
    fs.renameSync(path, `${path}.1`);
    append(`${path}.1`, ['late']);
    await reader!.reaches(1);
    append(path, ['new']);
    await reader!.reaches(2);
    expect(lines).toEqual(['late', 'new']);
  });

  test('lines that were written to the renamed file are read before it is closed, whatever the clock does', async () => {
    const path = newLog();
    append(path, ['old']);
    const {lines} = await following(path);
    fs.renameSync(path, `${path}.1`);
    append(path, ['new']);
    await reader!.reaches(1);
    // The machine was asleep, or its clock was set.
    const later = Date.now() + 3_600_000;
    append(`${path}.1`, ['late']);
    jest.spyOn(Date, 'now').mockReturnValue(later);
    await sleep(1200);
    expect(lines).toEqual(['new', 'late']);
  });

  test('a symbolic link that is turned to another file, and back', async () => {
    const path = newLog();
    append(`${path}.a`, ['old']);
    fs.symlinkSync(`${path}.a`, path);
    const {lines} = await following(path);
    append(path, ['a1']);
    await reader!.reaches(1);
    retarget(path, `${path}.b`, ['b1']);
    await reader!.reaches(2);
    retarget(path, `${path}.a`, ['a2']);
    await reader!.reaches(3);
    await sleep(1200);
    append(path, ['a3']);
    await sleep(200);
    expect(lines).toEqual(['a1', 'b1', 'a2', 'a3']);
  });

  function retarget(path: string, to: string, lines: string[]): void {
    fs.rmSync(path);
    fs.symlinkSync(to, path);
    append(path, lines);
  }
});

describe('truncation', () => {
  test('copytruncate', async () => {
    const path = newLog();
    append(path, ['old']);
    const {lines} = await following(path);
    append(path, numbered(0, 20));
    await reader!.reaches(20);
    fs.copyFileSync(path, `${path}.1`);
    fs.truncateSync(path);
    await reader!.says('rotated');
    append(path, numbered(20, 25));
    await reader!.reaches(25);
    expect(lines).toEqual(numbered(0, 25));
  });

  test('truncated without a copy: reported', async () => {
    const path = newLog();
    append(path, ['old']);
    const {lines} = await following(path);
    append(path, numbered(0, 20));
    await reader!.reaches(20);
    fs.truncateSync(path);
    await reader!.says('truncated');
    append(path, numbered(20, 25));
    await reader!.reaches(25);
    expect(lines).toEqual(numbered(0, 25));
  });

  test('truncated and filled past the offset between two looks', async () => {
    const path = newLog();
    append(path, ['old']);
    const {lines} = await following(path);
    append(path, numbered(0, 3));
    await reader!.reaches(3);
    fs.writeFileSync(path, '');
    append(path, numbered(100, 150));
    await reader!.reaches(53);
    expect(lines).toEqual([...numbered(0, 3), ...numbered(100, 150)]);
    expect(reader!.kinds()).toContain('truncated');
  });

  test('removed and made again', async () => {
    const path = newLog();
    append(path, ['old']);
    const {lines} = await following(path);
    fs.rmSync(path);
    append(path, numbered(0, 2));
    await reader!.reaches(2);
    expect(lines).toEqual(numbered(0, 2));
  });
});

describe('the end', () => {
  test('abort ends the generator and closes every file and watch', async () => {
    const path = newLog();
    append(path, ['old']);
    const before = openDescriptors().length;
    await following(path);
    for (let i = 1; i <= 3; i++) {
      fs.renameSync(path, `${path}.${i}`);
      append(path, [`after ${i}`]);
      await reader!.reaches(i);
    }
    expect(openBelow(path)).toBe(4);
    await reader!.stop();
    expect(openBelow(path)).toBe(0);
    // An inotify descriptor of libuv's stays for ever; no more than that.
    expect(openDescriptors().length).toBeLessThanOrEqual(before + 1);
  });

  test('a signal that was given before ends it at once', async () => {
    const path = newLog();
    append(path, ['old']);
    const follower = new Follower(path, 'end', () => undefined);
    const first = await follower.batches(AbortSignal.abort()).next();
    expect(first.done).toBe(true);
  });

  test('leaving the loop closes the files too', async () => {
    const path = newLog();
    append(path, ['old']);
    const follower = new Follower(path, 'end', () => undefined);
    for await (const batch of follower.batches(new AbortController().signal)) {
      expect(batch.lines).toEqual([]);
      break;
    }
    await until('closed', () => openBelow(path) === 0);
  });
});

async function following(path: string): Promise<Reader> {
  follow(path, 'end');
  await reader!.isFollowing();
  return reader!;
}
