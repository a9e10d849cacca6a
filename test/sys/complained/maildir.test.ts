/** A Maildir in which names lead elsewhere: links, pipes, folders, and what is exchanged meanwhile. */
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import {join} from 'node:path';
import {expect, test} from '@jest/globals';
import {beginningOf, closeFile, Maildir} from '../../../src/sys/complained/maildir.js';
import {openBelow, tempDirs} from '../../support/temp.js';

const newDir = tempDirs();

function made(): string {
  const path = join(newDir(), 'Maildir');
  for (const folder of ['cur', 'new', 'tmp']) fs.mkdirSync(join(path, folder), {recursive: true});
  return path;
}

test('reads new and cur, and never tmp', () => {
  const path = made();
  for (const name of ['new/1.a', 'cur/2.b:2,S', 'tmp/3.c', 'new/.hidden']) {
    fs.writeFileSync(join(path, name), name);
  }
  const maildir = Maildir.open(path);
  expect(maildir.names(10)).toEqual([
    {folder: 'new', name: '1.a'},
    {folder: 'cur', name: '2.b:2,S'},
  ]);
  expect(maildir.names(1)).toHaveLength(1);
  const file = maildir.openMessage('new', '1.a')!;
  expect(beginningOf(file.descriptor, 3)).toBe('new');
  closeFile(file);
  maildir.close();
  expect(openBelow(path)).toBe(0);
});

test('a link, a pipe, a folder and a missing file are no messages, and nothing waits', () => {
  const path = made();
  fs.symlinkSync('/etc/shadow', join(path, 'new/link'));
  execFileSync('mkfifo', [join(path, 'new/pipe')]);
  fs.mkdirSync(join(path, 'new/folder'));
  const maildir = Maildir.open(path);
  for (const name of ['link', 'pipe', 'folder', 'gone']) {
    expect(maildir.openMessage('new', name)).toBeUndefined();
  }
  maildir.close();
  expect(openBelow(path)).toBe(0);
});

test.each([
  ['a link', (path: string) => fs.symlinkSync('/etc', join(path, 'new'))],
  ['a file', (path: string) => fs.writeFileSync(join(path, 'new'), '')],
  ['nothing', () => undefined],
])('where new is %s, it is no Maildir', (_, make) => {
  const path = made();
  fs.rmdirSync(join(path, 'new'));
  make(path);
  expect(() => Maildir.open(path)).toThrow(/new: (?:expected a folder|ENOENT)/);
  expect(openBelow(path)).toBe(0);
});

test('is none where the path itself is a link', () => {
  const path = made();
  fs.symlinkSync(path, `${path}-link`);
  expect(() => Maildir.open(`${path}-link`)).toThrow('expected a folder, and no link');
});

test('moves into a folder that it makes, with its flags and P', () => {
  const path = made();
  fs.writeFileSync(join(path, 'cur/2.b:2,S'), 'body');
  const maildir = Maildir.open(path);
  const file = maildir.openMessage('cur', '2.b:2,S')!;
  expect(maildir.move(file, '.Complained')).toBe('.Complained/cur/2.b:2,PS');
  closeFile(file);
  maildir.close();
  expect(fs.readFileSync(join(path, '.Complained/cur/2.b:2,PS'), 'utf8')).toBe('body');
  expect(fs.readdirSync(join(path, '.Complained')).sort()).toEqual([
    'cur',
    'maildirfolder',
    'new',
    'tmp',
  ]);
  expect(fs.readdirSync(join(path, 'cur'))).toEqual([]);
  expect(openBelow(path)).toBe(0);
});

test('a folder that is a link takes nothing', () => {
  const path = made();
  const elsewhere = newDir();
  fs.writeFileSync(join(path, 'new/1'), 'x');
  fs.symlinkSync(elsewhere, join(path, '.Complained'));
  const maildir = Maildir.open(path);
  const file = maildir.openMessage('new', '1')!;
  expect(() => maildir.move(file, '.Complained')).toThrow('no link');
  fs.rmSync(join(path, '.Complained'));
  fs.mkdirSync(join(path, '.Complained'));
  fs.symlinkSync(elsewhere, join(path, '.Complained/cur'));
  expect(() => maildir.move(file, '.Complained')).toThrow('no link');
  expect(fs.readdirSync(elsewhere)).toEqual([]);
  expect(fs.readdirSync(join(path, 'new'))).toEqual(['1']);
  closeFile(file);
  maildir.close();
  expect(openBelow(path)).toBe(0);
});

test('neither moves another file that has its name, nor over one that is there', () => {
  const path = made();
  fs.writeFileSync(join(path, 'new/1'), 'first');
  const maildir = Maildir.open(path);
  const file = maildir.openMessage('new', '1')!;
  fs.renameSync(join(path, 'new/1'), join(path, 'new/0'));
  fs.writeFileSync(join(path, 'new/1'), 'second');
  expect(() => maildir.move(file, '.Complained')).toThrow('another file');
  fs.renameSync(join(path, 'new/0'), join(path, 'new/1'));
  fs.writeFileSync(join(path, '.Complained/cur/1:2,P'), 'there');
  expect(() => maildir.move(file, '.Complained')).toThrow('is there already');
  expect(fs.readFileSync(join(path, '.Complained/cur/1:2,P'), 'utf8')).toBe('there');
  expect(fs.readFileSync(join(path, 'new/1'), 'utf8')).toBe('first');
  closeFile(file);
  maildir.close();
});

test('a folder that is exchanged while it is open leads nowhere else', () => {
  const path = made();
  const other = made();
  fs.writeFileSync(join(path, 'new/1'), 'ours');
  fs.writeFileSync(join(other, 'new/1'), 'secret');
  const maildir = Maildir.open(path);
  fs.renameSync(join(path, 'new'), join(path, 'old'));
  fs.symlinkSync(join(other, 'new'), join(path, 'new'));
  const file = maildir.openMessage('new', '1')!;
  expect(beginningOf(file.descriptor, 10)).toBe('ours');
  maildir.move(file, '.Complained');
  expect(fs.readFileSync(join(other, 'new/1'), 'utf8')).toBe('secret');
  closeFile(file);
  maildir.close();
});
