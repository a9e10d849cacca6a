/** Several processes change one file: each change is there afterwards. */
import {expect, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {changeShared} from '../../../src/sys/contact/shared-file.js';
import {tempDirs} from '../../support/temp.js';
import {whereAvailable} from '../../support/where-available.js';

const tempDir = tempDirs();
const add = (path: string, most = Infinity) =>
  changeShared(path, (text) => {
    const next = Math.min(most, Number(text) + 1);
    return {text: String(next), result: next};
  });

test('at the same time: none is lost', async () => {
  const path = join(tempDir(), 'state/counts');
  const all = await Promise.all(Array.from({length: 10}, () => add(path)));
  const results = all.map((each) => (each.kind === 'changed' ? each.result : 0));
  expect(results.sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(fs.readFileSync(path, 'utf8')).toBe('10');
  expect(fs.statSync(path).mode & 0o777).toBe(0o600);
});

test.each([
  ['a folder in its place', (path: string) => fs.mkdirSync(path, {recursive: true})],
  [
    'a link in the place of its lock',
    (path: string) => fs.symlinkSync('/dev/null', `${path}.lock`),
  ],
  ['a file in the place of its folder', (path: string) => fs.writeFileSync(`${path}.lock`, '')],
])('%s: it fails, and says why', async (_, spoil) => {
  const path = join(tempDir(), 'counts');
  spoil(path);
  const target = _.startsWith('a file') ? `${path}.lock/counts` : path;
  expect(await add(target)).toMatchObject({kind: 'failed', why: expect.stringContaining(path)});
});

whereAvailable({root: true, tools: ['setpriv']})(
  'a change that fails leaves the old text',
  async () => {
    const path = join(tempDir(), 'counts');
    await add(path);
    const failed = await changeShared(path, () => {
      throw new Error('no room');
    });
    expect(failed).toEqual({kind: 'failed', why: 'no room'});
    expect(fs.readFileSync(path, 'utf8')).toBe('1');
    expect(await add(path)).toEqual({kind: 'changed', result: 2});
  },
);
