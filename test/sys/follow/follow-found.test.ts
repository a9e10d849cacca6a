/** Faults of following that the model found, each in its smallest form. */
import fs from 'node:fs';
import {join} from 'node:path';
import {afterEach, describe, expect, jest, test} from '@jest/globals';
import type {LogPosition} from '../../../src/log/position.js';
import {type ReadBatch, Follower} from '../../../src/sys/follow/follow.js';
import {tempDirs} from '../../support/temp.js';
import {append, copyAndCut, lineOf, pack, useLooker} from './looker.js';

const newDir = tempDirs();
const newLog = (): string => join(newDir(), 'mail.log');

const looker = useLooker();
const {looking} = looker;
afterEach(() => void jest.restoreAllMocks());

describe('half a line was looked at, and the file begins anew with a shorter one', () => {
  const long = 'longer than what comes behind it';

  test('copied and cut: caught up when the lines behind the copy are read too', async () => {
    const path = newLog();
    fs.writeFileSync(path, '');
    await looking(path);
    fs.appendFileSync(path, lineOf(long));
    expect(await looker.look()).toEqual([]);
    fs.appendFileSync(path, '\n');
    copyAndCut(path, `${path}.1`);
    append(path, 'short');
    expect(await looker.look()).toEqual([long, 'short']);
  });

  test('a renamed file whose time is over is not closed before it is read', async () => {
    const path = newLog();
    let nowMs = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => nowMs);
    await looking(path, 'one');
    fs.renameSync(path, `${path}.2`);
    fs.writeFileSync(path, lineOf(long));
    expect(await looker.look()).toEqual([]);
    fs.renameSync(path, `${path}.1`);
    fs.writeFileSync(path, '');
    expect(await looker.look()).toEqual([]);
    nowMs += 60_000;
    append(`${path}.2`, 'late');
    fs.truncateSync(`${path}.1`);
    append(`${path}.1`, 'short');
    expect(await looker.look()).toEqual(['late', 'short']);
  });
});

describe('after a restart', () => {
  async function restarted(path: string, position: LogPosition): Promise<string[]> {
    await looker.stop();
    looker.begin(path, position);
    return looker.look();
  }

  test('two files that begin with long lines alike are not copies of each other', async () => {
    const path = newLog();
    fs.writeFileSync(path, '');
    const {position} = await looking(path);
    for (const turn of [2, 1]) {
      append(path, `short ${turn}`);
      fs.appendFileSync(path, `${'x'.repeat(20_000)}\n`);
      append(path, `behind ${turn}`);
      fs.renameSync(path, `${path}.${turn}`);
    }
    append(path, 'last');
    expect(await restarted(path, position)).toEqual([
      'short 2',
      'behind 2',
      'short 1',
      'behind 1',
      'last',
    ]);
  });

  test('a file of which nothing was read yet is packed', async () => {
    const path = newLog();
    fs.writeFileSync(path, '');
    const {position} = await looking(path);
    append(path, 'one');
    fs.renameSync(path, `${path}.1`);
    pack(`${path}.1`);
    append(path, 'two');
    expect(await restarted(path, position)).toEqual(['one', 'two']);
  });

  test('a long line is being left out, and the file is packed, with times long past', async () => {
    const path = newLog();
    const past = Date.now() / 1000 - 3600;
    fs.appendFileSync(path, `${'x'.repeat(200_000)}\n`);
    append(path, 'one');
    fs.utimesSync(path, past, past);
    const follower = new Follower(path, [], () => undefined);
    const batches = follower.batches(new AbortController().signal);
    const {value} = (await batches.next()) as {value: ReadBatch};
    expect(value.lines).toEqual([]);
    await batches.return(undefined);
    fs.renameSync(path, `${path}.1`);
    pack(`${path}.1`);
    append(path, 'two');
    looker.begin(path, value.position!);
    expect(await looker.look()).toEqual(['one', 'two']);
  });

  test('the place is behind a first empty line; newer files followed, and that one is packed', async () => {
    const path = newLog();
    let nowMs = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => nowMs);
    // The long line is being left out, so that the place stays before it.
    fs.writeFileSync(path, `\n\n${'x'.repeat(300_000)}\n`);
    append(path, 'one');
    const follower = new Follower(path, [], () => undefined);
    const batches = follower.batches(new AbortController().signal);
    await batches.next();
    fs.renameSync(path, `${path}.1`);
    fs.writeFileSync(path, '');
    nowMs += 60_000;
    const {value} = (await batches.next()) as {value: ReadBatch};
    await batches.return(undefined);
    expect(value.position!.map(({offset}) => offset)).toEqual([0, 2]);
    pack(`${path}.1`);
    append(path, 'two');
    looker.begin(path, value.position!);
    expect(await looker.look()).toEqual(['one', 'two']);
    expect(looker.events.map(({kind}) => kind)).not.toContain('predecessorGone');
  });

  test('the place is behind a first empty line, and the file is copied and cut', async () => {
    const path = newLog();
    fs.writeFileSync(path, '\n\n');
    const {position} = await looking(path);
    append(path, 'one');
    copyAndCut(path, `${path}.1`);
    append(path, 'two');
    expect(await restarted(path, position)).toEqual(['one', 'two']);
    expect(looker.events.map(({kind}) => kind)).toEqual(['following']);
  });

  test('the place is behind a first short line, and the file is gone: reported, also beside a later one', async () => {
    const path = newLog();
    fs.writeFileSync(path, 'short\n');
    looker.begin(path, []);
    await looker.look();
    append(path, 'lost');
    fs.rmSync(path);
    append(path, 'two');
    fs.renameSync(path, `${path}.1`);
    append(path, 'three');
    expect(await restarted(path, looker.position)).toEqual(['two', 'three']);
    expect(looker.events.map(({kind}) => kind)).toContain('predecessorGone');
  });

  test('an empty file is kept in the position no longer than the one before it', async () => {
    const path = newLog();
    let nowMs = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => nowMs);
    const stamp = (): void => fs.utimesSync(path, nowMs / 1000, nowMs / 1000);
    await looking(path, 'one');
    stamp();
    fs.renameSync(path, `${path}.1`);
    fs.writeFileSync(path, '');
    stamp();
    expect(await looker.look()).toEqual([]);
    fs.rmSync(path);
    nowMs += 60_000;
    fs.writeFileSync(path, '');
    stamp();
    expect(await looker.look()).toEqual([]);
    pack(`${path}.1`);
    append(path, 'two');
    expect(await restarted(path, looker.position)).toEqual(['two']);
  });
});
