import {expect, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {NotesFile} from '../../../src/sys/disk/notes-file.js';
import {tempDirs} from '../../support/temp.js';

const newDir = tempDirs();

test('notes are there for the next run, for its owner alone, until they are taken away', () => {
  const folder = newDir();
  const file = new NotesFile(folder);
  expect(file.read()).toBe('');
  file.add('one\n');
  file.add('two\n');
  expect(fs.statSync(join(folder, 'cut-notes')).mode & 0o777).toBe(0o600);
  const next = new NotesFile(folder);
  expect(next.read()).toBe('one\ntwo\n');
  next.clear();
  expect([next.read(), fs.readdirSync(folder)]).toEqual(['', []]);
  next.clear();
  next.add('three\n');
  expect(next.read()).toBe('three\n');
});

test('a disk that refuses says so at once, and hinders no clearing', () => {
  const file = new NotesFile(join(newDir(), 'gone'));
  expect(() => file.add('one\n')).toThrow('ENOENT');
  expect(() => file.clear()).not.toThrow();
});

test('of a huge file only the beginning is read', () => {
  const folder = newDir();
  fs.writeFileSync(join(folder, 'cut-notes'), 'x'.repeat(200_000));
  expect(new NotesFile(folder).read()).toHaveLength(65_536);
});
