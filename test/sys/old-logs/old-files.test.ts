/** Which old files are read at a first start, in which order, and within which bounds. */
import {describe, expect, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {
  endOf,
  logsOf,
  oldFiles,
  type OldFile,
  openOldFile,
} from '../../../src/sys/old-logs/old-files.js';
import {tempDirs} from '../../support/temp.js';

const newDir = tempDirs();
const dayMs = 86_400_000;
const now = Date.now();
const wide = {ageMs: 14 * dayMs, bytes: 1e9};

/** A file that was last changed so many days ago. */
function write(path: string, text: string, days: number): string {
  fs.writeFileSync(path, path.endsWith('.gz') ? gzipSync(text) : text);
  fs.utimesSync(path, new Date(), new Date(now - days * dayMs));
  return path;
}

async function linesOf(file: OldFile): Promise<string[]> {
  const opened = await openOldFile(file);
  const texts: string[] = [];
  while (opened.hasMore()) {
    for (const {text, offset} of await opened.read(() => undefined)) {
      if (offset < file.toBytes) texts.push(text);
    }
  }
  opened.close();
  return texts;
}

async function readAll(logs: readonly string[], bounds = wide, of = endOf): Promise<string[]> {
  const ends = new Map(logs.map((log) => [log, of(log, now)]));
  const {files} = oldFiles(logs, (log) => ends.get(log), bounds, now);
  return (await Promise.all(files.map(linesOf))).flat();
}

describe('oldFiles', () => {
  test('the rotated ones, packed or not, and the log itself, oldest first', async () => {
    const log = join(newDir(), 'mail.log');
    write(`${log}.2.gz`, 'a\nb\n', 9);
    write(`${log}.1`, 'c\n', 2);
    write(log, 'd\ne\n', 0);
    expect(await readAll([log])).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('the log itself only up to the place where following begins', async () => {
    const log = write(join(newDir(), 'mail.log'), 'd\ne\n', 0);
    const end = endOf(log, now);
    fs.appendFileSync(log, 'f\n');
    expect(await readAll([log], wide, () => end)).toEqual(['d', 'e']);
    expect(await readAll([log], wide, () => undefined)).toEqual([]);
  });

  test('a log that was rotated since its place was noted is read up to there, and no later one', async () => {
    const log = write(join(newDir(), 'mail.log'), 'd\n', 0);
    const end = endOf(log, now);
    fs.appendFileSync(log, 'e\n');
    fs.renameSync(log, `${log}.1`);
    fs.writeFileSync(log, 'f\n');
    write(`${log}.2`, 'c\n', 3);
    expect(await readAll([log], wide, () => end)).toEqual(['c', 'd']);
  });

  test('a log that has no file yet, and rotated ones all the same', async () => {
    const log = join(newDir(), 'mail.log');
    write(`${log}.1`, 'c\n', 2);
    expect(await readAll([log])).toEqual(['c']);
    expect(await readAll([join(newDir(), 'none')])).toEqual([]);
  });

  test('files that were changed longer ago, or are packed otherwise, are left out and counted', () => {
    const log = join(newDir(), 'mail.log');
    for (const [ending, days] of [
      ['.4', 15],
      ['.3.xz', 12],
      ['.2', 13],
    ] as const) {
      write(`${log}${ending}`, 'x\n', days);
    }
    const found = oldFiles([log], () => undefined, wide, now);
    expect(found.files.map(({path}) => path)).toEqual([`${log}.2`]);
    expect(found).toMatchObject({tooOld: 1, tooMuch: 0, unreadable: 1});
  });

  test('the newest is read of too much: the end of the file in which the bound lies', async () => {
    const log = join(newDir(), 'mail.log');
    write(`${log}.3`, 'old\n', 4);
    write(`${log}.2.gz`, '1111\n2222\n3333\n', 3);
    write(`${log}.1`, '4444\n5555\n', 2);
    const bounds = {...wide, bytes: 20};
    expect(await readAll([log], bounds)).toEqual(['2222', '3333', '4444', '5555']);
    expect(await readAll([log], {...wide, bytes: 5})).toEqual(['5555']);
    expect(oldFiles([log], () => undefined, bounds, now)).toMatchObject({tooMuch: 1});
  });

  test('several logs are read by their times', async () => {
    const folder = newDir();
    const [one, two] = ['one.log', 'two.log'].map((name) => join(folder, name)) as [string, string];
    write(`${one}.1`, 'a\n', 6);
    write(`${two}.1`, 'b\n', 4);
    write(one, 'c\n', 2);
    write(two, 'd\n', 1);
    expect(await readAll([one, two])).toEqual(['a', 'b', 'c', 'd']);
  });
});

test('logsOf: a pattern is the logs that stand there, each name once', () => {
  const folder = newDir();
  const path = write(join(folder, 'a.log'), '', 0);
  write(join(folder, 'a.log.1'), '', 1);
  expect(logsOf([join(folder, '*.log'), path, '/nowhere/mail.log'])).toEqual([
    path,
    '/nowhere/mail.log',
  ]);
});

test('endOf: behind the last whole line, and none where there is no file', () => {
  const log = write(join(newDir(), 'mail.log'), 'whole\nhalf', 0);
  expect(endOf(log, now)).toMatchObject([{offset: 6}]);
  expect(endOf('/nowhere/mail.log', now)).toBeUndefined();
  expect(endOf(newDir(), now)).toBeUndefined();
});
