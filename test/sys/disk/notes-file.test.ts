import {expect, test} from '@jest/globals';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import {join} from 'node:path';
import {mostNoteBytes, NotesFile} from '../../../src/sys/disk/notes-file.js';
import {tempDirs} from '../../support/temp.js';

const newDir = tempDirs();

test('notes are there for the next run, for its owner alone, until they are taken away', () => {
  const folder = newDir();
  const file = new NotesFile(folder, 'cut-notes');
  expect(file.read()).toBe('');
  file.add('one\n');
  file.add('two\n');
  expect(fs.statSync(join(folder, 'cut-notes')).mode & 0o777).toBe(0o600);
  const next = new NotesFile(folder, 'cut-notes');
  expect(next.read()).toBe('one\ntwo\n');
  next.clear();
  expect([next.read(), fs.readdirSync(folder)]).toEqual(['', []]);
  next.clear();
  next.add('three\n');
  expect(next.read()).toBe('three\n');
});

test('a disk that refuses throws at once, and hinders no clearing', () => {
  const file = new NotesFile(join(newDir(), 'gone'), 'cut-notes');
  expect(() => file.add('one\n')).toThrow('ENOENT');
  expect(() => file.clear()).not.toThrow();
});

test('the file takes no more notes than the next run reads', () => {
  const file = new NotesFile(newDir(), 'cut-notes');
  const half = `${'x'.repeat(mostNoteBytes / 2 - 1)}\n`;
  file.add(half);
  file.add(half);
  expect(() => file.add('y\n')).toThrow('full');
  expect(file.read()).toBe(half + half);
  file.clear();
  file.add('y\n');
  expect(file.read()).toBe('y\n');
});

test('a huge file, a pipe and a link are not read', () => {
  const folder = newDir();
  const path = join(folder, 'cut-notes');
  fs.writeFileSync(path, 'x'.repeat(mostNoteBytes + 1));
  expect(new NotesFile(folder, 'cut-notes').read()).toBe('');
  fs.rmSync(path);
  execFileSync('mkfifo', [path]);
  expect(new NotesFile(folder, 'cut-notes').read()).toBe('');
  fs.rmSync(path);
  fs.writeFileSync(join(folder, 'other'), 'one\n');
  fs.symlinkSync('other', path);
  expect(new NotesFile(folder, 'cut-notes').read()).toBe('');
});
