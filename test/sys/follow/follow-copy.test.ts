/** A copy of the log (`copytruncate`) that is found while it is being made: nothing twice, nothing lost. */
import {afterEach, describe, expect, jest, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {append, useLooker} from './looker.js';
import {tempDirs} from '../../support/temp.js';

const newDir = tempDirs();
/** More than a look takes of reads. */
const moments = Array.from({length: 16}, (_, i) => i + 1);
const looker = useLooker();
afterEach(() => void jest.restoreAllMocks());

describe('a copy that is seen before there is anything in it', () => {
  /** The log was rotated, and now somebody begins to copy it. */
  async function copying(): Promise<string> {
    const path = join(newDir(), 'mail.log');
    await looker.looking(path, 'one');
    fs.renameSync(path, `${path}.2`);
    append(path, 'two');
    fs.writeFileSync(`${path}.1`, '');
    expect(await looker.look()).toEqual(['two']);
    append(path, 'three');
    return path;
  }
  const copy = (path: string): void => fs.writeFileSync(`${path}.1`, fs.readFileSync(path));

  test('and the log is cut: lines that were read are not given again', async () => {
    const path = await copying();
    copy(path);
    fs.truncateSync(path, 0);
    append(path, 'four');
    expect(await looker.look()).toEqual(['three', 'four']);
    expect(await looker.look()).toEqual([]);
  });

  test('and the log is cut later', async () => {
    const path = await copying();
    copy(path);
    expect(await looker.look()).toEqual(['three']);
    append(path, 'four');
    copy(path);
    fs.truncateSync(path, 0);
    append(path, 'five');
    expect(await looker.look()).toEqual(['four', 'five']);
  });

  test.each(moments)('and the log is cut before what is read as no. %s', async (number) => {
    const path = await copying();
    copy(path);
    const readSync = fs.readSync as (...all: unknown[]) => number;
    let reads = 0;
    jest.spyOn(fs, 'readSync').mockImplementation((...all: unknown[]) => {
      reads += 1;
      if (reads === number) {
        fs.truncateSync(path, 0);
        append(path, 'four');
      }
      return readSync(...all);
    });
    const given = await looker.look();
    expect([...given, ...(await looker.look())]).toEqual(['three', 'four']);
    expect(reads).toBeGreaterThan(moments.length);
  });
});
