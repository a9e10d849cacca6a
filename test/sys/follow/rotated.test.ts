/** Which files a log was rotated into, oldest first. */
import {expect, test} from '@jest/globals';
import fs from 'node:fs';
import {basename, join} from 'node:path';
import {rotatedFiles} from '../../../src/sys/follow/rotated.js';
import {tempDirs} from '../../support/temp.js';

const newDir = tempDirs();

/** @param names oldest last change first */
function found(log: string, names: readonly string[]): string[] {
  const folder = newDir();
  names.forEach((name, index) => {
    fs.writeFileSync(join(folder, name), name);
    fs.utimesSync(join(folder, name), 1_000_000 + index, 1_000_000 + index);
  });
  return rotatedFiles(join(folder, log)).map(({path}) => basename(path));
}

test.each([
  ['counts, by their numbers', ['mail.log.1', 'mail.log.10.gz', 'mail.log.2.gz'], [1, 2, 0]],
  ['dates', ['mail.log-20261122', 'mail.log-20261121.gz', 'mail.log-20251231.xz'], [2, 1, 0]],
  ['dates with dashes', ['mail.log-2026-11-22', 'mail.log-2026-02-01'], [1, 0]],
  ['seconds', ['mail.log.1795000001', 'mail.log.1795000000'], [1, 0]],
  ['both kinds, by time', ['mail.log.2', 'mail.log-20261121', 'mail.log.1'], [0, 1, 2]],
  ['the extension behind it', ['mail-20261122.log', 'mail-20261121.log.gz'], [1, 0]],
  ['a count before the extension', ['mail.1.log', 'mail.2.log.gz'], [1, 0]],
])('%s', (_, names, order) => {
  expect(found('mail.log', [...names, 'mail.log'])).toEqual(order.map((index) => names[index]));
});

test('other files are none of it', () => {
  const others = ['mail.log.old', 'mail.logs.1', 'mail.log.1.gz.tmp', 'a.mail.log.1', 'mail-2.log'];
  expect(found('mail.log', [...others, 'mail.log', 'mail.log.gz', 'mail.err.1'])).toEqual([]);
});

test('a file that is there plain and packed is being packed: the plain one', () => {
  expect(found('mail.log', ['mail.log.1', 'mail.log.1.gz', 'mail.log.2.gz'])).toEqual([
    'mail.log.2.gz',
    'mail.log.1',
  ]);
});

test('how a file is packed, whatever its name says', () => {
  const folder = newDir();
  const gzip = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0]);
  const xz = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 0, 0, 0]);
  const all = {'.1': 'Nov 21', '.2': gzip, '.3': xz, '.4.xz': gzip, '.5': '', '.6.xz': 'Nov 21'};
  fs.writeFileSync(join(folder, 'mail.log'), gzip);
  for (const [end, text] of Object.entries(all))
    fs.writeFileSync(join(folder, `mail.log${end}`), text);
  const packings = rotatedFiles(join(folder, 'mail.log')).map(({path, packing}) => [
    basename(path).slice('mail.log'.length),
    packing,
  ]);
  expect(Object.fromEntries(packings)).toEqual({
    ...{'.1': 'none', '.2': 'gzip', '.4.xz': 'gzip', '.5': 'none', '.6.xz': 'other'},
    '.3': expect.stringMatching(/^(?:program|other)$/),
  });
});

test('a folder that is not there has none', () => {
  expect(rotatedFiles(join(newDir(), 'none', 'mail.log'))).toEqual([]);
});
