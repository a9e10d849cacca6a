/** dist/blocksmtp.js is one file that runs wherever it is put, whatever Node takes it for there. */
import {afterAll, expect, test} from '@jest/globals';
import {spawnSync} from 'node:child_process';
import {copyFileSync, readFileSync} from 'node:fs';
import {temporary} from '../cli/built.js';

const folder = temporary();
afterAll(() => folder.remove());

const {version} = JSON.parse(readFileSync('package.json', 'utf8')) as {version: string};

test.each([
  ['without a suffix, as in /usr/sbin', 'blocksmtp'],
  ['as CommonJS', 'blocksmtp.cjs'],
  ['as an ES module', 'blocksmtp.mjs'],
])('it runs %s', (_, name) => {
  const copy = folder.path(name);
  copyFileSync('dist/blocksmtp.js', copy);
  const {status, stdout, stderr} = spawnSync(copy, ['--version'], {encoding: 'utf8'});
  expect({status, stdout, stderr}).toEqual({status: 0, stdout: `${version}\n`, stderr: ''});
});

test('it has no `import` at its beginning, for which Node would read it twice', () => {
  const text = readFileSync('dist/blocksmtp.js', 'latin1');
  expect(text).not.toMatch(/^import /m);
  expect(text).not.toContain('import.meta');
});
