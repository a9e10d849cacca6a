/** An edit is whole or nothing, and keeps whose the file is. */
import {describe, expect, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {editFile} from '../../../src/sys/disk/edited-file.js';
import {tempDirs} from '../../support/temp.js';

const newFolder = tempDirs();
const add = (text = ''): string => `${text}new\n`;

describe('editFile', () => {
  test('keeps every byte, owner and rights, also behind a link', () => {
    const folder = newFolder();
    const [file, link] = [join(folder, 'list'), join(folder, 'link')];
    const bytes = Buffer.from([0xff, 0xc3, 0x28, 0x0d, 0x0a]);
    fs.writeFileSync(file, bytes);
    fs.chmodSync(file, 0o640);
    if (process.getuid?.() === 0) fs.chownSync(file, 4711, 4712);
    const {uid, gid} = fs.statSync(file);
    fs.symlinkSync(file, link);
    editFile(link, add);
    expect(fs.readFileSync(file)).toEqual(Buffer.concat([bytes, Buffer.from('new\n')]));
    expect(fs.lstatSync(link).isSymbolicLink()).toBe(true);
    expect(fs.statSync(file)).toMatchObject({uid, gid, mode: 0o100_640});
    expect(fs.readdirSync(folder).sort()).toEqual(['link', 'list']);
  });

  test('makes a file that is not there, and none where nothing changes', () => {
    const file = join(newFolder(), 'list');
    editFile(file, () => undefined);
    expect(fs.existsSync(file)).toBe(false);
    editFile(file, add);
    expect(fs.readFileSync(file, 'utf8')).toBe('new\n');
  });

  test('a second edit at the same time is refused, and an interrupted edit is not in the way for ever', () => {
    const file = join(newFolder(), 'list');
    fs.writeFileSync(file, 'a\n');
    const both = (): void => editFile(file, (text) => (editFile(file, add), text));
    expect(both).toThrow('somebody else edits it');
    expect(fs.readFileSync(file, 'utf8')).toBe('a\n');
    const left = `${file}.blocksmtp-edit`;
    fs.writeFileSync(left, 'half');
    expect(() => editFile(file, add)).toThrow('somebody else edits it');
    fs.utimesSync(left, 0, 0);
    editFile(file, add);
    expect(fs.readFileSync(file, 'utf8')).toBe('a\nnew\n');
  });

  test('a change that another program makes meanwhile is not lost', () => {
    const file = join(newFolder(), 'list');
    fs.writeFileSync(file, 'a\n');
    const meanwhile = (text = ''): string => {
      fs.writeFileSync(file, 'theirs\n');
      return add(text);
    };
    expect(() => editFile(file, meanwhile)).toThrow('changed by somebody else');
    expect(fs.readFileSync(file, 'utf8')).toBe('theirs\n');
  });

  test.each(['a folder', 'a pipe'])('%s is no file', (what) => {
    const folder = newFolder();
    if (what === 'a folder') expect(() => editFile(folder, add)).toThrow('expected a regular file');
    else expect(() => editFile('/dev/zero', add)).toThrow();
  });
});
