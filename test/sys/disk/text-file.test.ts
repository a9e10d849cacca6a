/** Small files of the administrator. */
import {describe, expect, test} from '@jest/globals';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import {join} from 'node:path';
import {
  fileVersion,
  mostFileBytes,
  readTextFile,
  isFolder,
  isSameFile,
  quietMs,
  whyNoFolder,
  whyNotNew,
  whyNotReplaced,
  whyNotRun,
  whyNotWritten,
  writeNewTextFile,
  writeTextFile,
} from '../../../src/sys/disk/text-file.js';
import {tempDirs} from '../../support/temp.js';

const newDir = tempDirs();

test('a path through a file, or through a link to itself, is reported and not thrown', () => {
  const folder = newDir();
  const file = join(folder, 'file');
  fs.writeFileSync(file, '');
  fs.symlinkSync('loop', join(folder, 'loop'));
  for (const [path, code] of [
    [join(file, 'metrics.prom'), 'ENOTDIR'],
    [join(folder, 'loop', 'metrics.prom'), 'ELOOP'],
  ] as const) {
    expect(whyNotWritten(path)).toContain(code);
    expect(whyNoFolder(path)).toContain(code);
    expect([isFolder(path), quietMs(path, 0)]).toEqual([false, undefined]);
  }
  expect(whyNotWritten(join(folder, 'none'))).toBeUndefined();
});

test('a file that can be made, and one that can be replaced, is known before anything is written', () => {
  const folder = newDir();
  const [file, link, nowhere, none] = ['file', 'link', 'nowhere', 'none'].map((name) =>
    join(folder, name),
  ) as [string, string, string, string];
  fs.writeFileSync(file, 'x');
  fs.symlinkSync(file, link);
  fs.symlinkSync('gone', nowhere);
  expect([file, link, nowhere, folder, none].map(whyNotNew)).toEqual([
    ...['there', 'there', 'there', 'there', undefined],
  ]);
  for (const odd of [link, nowhere, folder]) expect(whyNotReplaced(odd)).toContain('regular file');
  expect([file, none].map(whyNotReplaced)).toEqual([undefined, undefined]);
  for (const why of [whyNotNew, whyNotReplaced]) {
    expect(why(join(file, 'x'))).toContain('ENOTDIR');
    expect(why(join(none, 'x'))).toContain('ENOENT');
  }
  expect([isSameFile(file, link), isSameFile(file, folder), isSameFile(none, none)]).toEqual([
    ...[true, false, false],
  ]);
  expect(writeNewTextFile(nowhere, 'y', 0o644)).toBe('there');
  expect([writeNewTextFile(none, 'y', 0o644), fs.readFileSync(none, 'utf8')]).toEqual([
    ...['written', 'y'],
  ]);
});

describe('reading', () => {
  test('text, with bytes that are none', () => {
    const path = join(newDir(), 'file');
    fs.writeFileSync(path, Buffer.from('a\xff\n', 'latin1'));
    expect(readTextFile(path)).toMatchObject({kind: 'text', text: 'a\ufffd\n'});
  });

  test('a missing file and an unreadable one are told apart', () => {
    const folder = newDir();
    expect(readTextFile(join(folder, 'none')).kind).toBe('missing');
    expect(readTextFile(folder)).toMatchObject({kind: 'unreadable'});
    fs.writeFileSync(join(folder, 'file'), '');
    expect(readTextFile(join(folder, 'file', 'below')).kind).toBe('unreadable');
    fs.symlinkSync('loop', join(folder, 'loop'));
    expect(readTextFile(join(folder, 'loop')).kind).toBe('unreadable');
  });

  test('/dev/null is an empty file, also by another name', () => {
    const path = join(newDir(), 'file');
    fs.symlinkSync('/dev/null', path);
    for (const name of ['/dev/null', path])
      expect(readTextFile(name)).toMatchObject({kind: 'text', text: ''});
  });

  test.each([
    ['a pipe that nobody writes to', (path: string) => execFileSync('mkfifo', [path])],
    ['a device without an end', (path: string) => fs.symlinkSync('/dev/zero', path)],
    ['a folder', (path: string) => fs.mkdirSync(path)],
  ])('%s is neither waited for nor read', (_, make) => {
    const path = join(newDir(), 'file');
    make(path);
    expect(readTextFile(path)).toMatchObject({
      kind: 'unreadable',
      why: `${path}: expected a regular file`,
    });
  });

  test('a file that is too large is not read, one of just the size is', () => {
    const path = join(newDir(), 'file');
    fs.writeFileSync(path, '');
    fs.truncateSync(path, mostFileBytes + 1);
    expect(readTextFile(path)).toMatchObject({
      kind: 'unreadable',
      why: expect.stringContaining('at most'),
    });
    fs.truncateSync(path, mostFileBytes);
    expect(readTextFile(path).kind).toBe('text');
  });
});

test('a program that can be run is a file that may be', () => {
  const folder = newDir();
  const path = join(folder, 'program');
  fs.writeFileSync(path, '');
  expect(whyNotRun(path)).toContain('EACCES');
  fs.chmodSync(path, 0o755);
  expect(whyNotRun(path)).toBeUndefined();
  expect(whyNotRun(folder)).toBe('not a file');
  expect(whyNotRun(join(folder, 'none'))).toContain('ENOENT');
});

describe('writing', () => {
  test('never in the place of a device or a folder', () => {
    const folder = newDir();
    const device = join(folder, 'null');
    if (process.getuid?.() === 0) execFileSync('mknod', [device, 'c', '1', '3']);
    else fs.mkdirSync(device);
    for (const path of [device, folder]) {
      expect(() => writeTextFile(path, 'text', 0o600)).toThrow(`${path}: expected a regular file`);
      expect(fs.statSync(path).isFile()).toBe(false);
    }
  });

  test('never in the place of a link to an open file, as /dev/stdout is', () => {
    const path = join(newDir(), 'stdout');
    fs.symlinkSync('/proc/self/fd/1', path);
    expect(() => writeTextFile(path, 'text', 0o600)).toThrow(/stdout: .*an open file of a process/);
    expect(fs.readlinkSync(path)).toBe('/proc/self/fd/1');
  });

  test('replaces the old text, with the mode it is to have, and leaves nothing beside it', () => {
    const folder = newDir();
    const path = join(folder, 'file');
    fs.writeFileSync(`${path}.new`, 'of a crash', {mode: 0o666});
    writeTextFile(path, 'one', 0o600);
    writeTextFile(path, 'two', 0o600);
    expect(fs.readFileSync(path, 'utf8')).toBe('two');
    expect(fs.statSync(path).mode & 0o777).toBe(0o600);
    expect(fs.readdirSync(folder)).toEqual(['file']);
  });

  test('follows no link that another user has put in its way', () => {
    const folder = newDir();
    const [path, precious] = [join(folder, 'file'), join(folder, 'precious')];
    fs.writeFileSync(precious, 'precious');
    fs.symlinkSync(precious, `${path}.new`);
    writeTextFile(path, 'text', 0o600);
    expect(fs.readFileSync(precious, 'utf8')).toBe('precious');
    expect(fs.readFileSync(path, 'utf8')).toBe('text');
  });

  test.each([
    ['a link', (path: string, precious: string) => fs.symlinkSync(precious, path)],
    ['a hard link', (path: string, precious: string) => fs.linkSync(precious, path)],
    ['a link that leads nowhere', (path: string) => fs.symlinkSync(`${path}.nowhere`, path)],
    ['a pipe that nobody reads', (path: string) => execFileSync('mkfifo', [path])],
    ['a device', (path: string) => fs.symlinkSync('/dev/full', path)],
    ['a file of another user', (path: string) => fs.writeFileSync(path, 'x', {mode: 0o666})],
  ])('%s at the path, or beside it, is replaced, and its target stays', (_, put) => {
    for (const ending of ['', '.new']) {
      const folder = newDir();
      const [path, precious] = [join(folder, 'file'), join(folder, 'precious')];
      fs.writeFileSync(precious, 'precious', {mode: 0o600});
      put(`${path}${ending}`, precious);
      if (process.getuid?.() === 0) fs.lchownSync(folder, 65_534, 65_534);
      writeTextFile(path, 'text', 0o644);
      expect(fs.readFileSync(precious, 'utf8')).toBe('precious');
      expect(fs.statSync(precious).mode & 0o777).toBe(0o600);
      const written = fs.lstatSync(path);
      expect([written.isFile(), written.nlink, written.uid]).toEqual([true, 1, process.getuid?.()]);
      expect(written.mode & 0o777).toBe(0o644);
      expect(fs.readFileSync(path, 'utf8')).toBe('text');
      expect(fs.readdirSync(folder).sort()).toEqual(['file', 'precious']);
    }
  });

  test('a folder in the place of the new text is an error, and loses nothing', () => {
    const path = join(newDir(), 'file');
    fs.writeFileSync(path, 'old');
    fs.mkdirSync(`${path}.new`);
    fs.writeFileSync(join(`${path}.new`, 'precious'), 'precious');
    expect(() => writeTextFile(path, 'text', 0o644)).toThrow();
    expect(fs.readFileSync(path, 'utf8')).toBe('old');
    expect(fs.readFileSync(join(`${path}.new`, 'precious'), 'utf8')).toBe('precious');
  });

  test('refused, it leaves the old text, and nothing beside it', () => {
    const folder = newDir();
    const path = join(folder, 'file');
    fs.mkdirSync(join(path, 'below'), {recursive: true});
    expect(() => writeTextFile(path, 'text', 0o600)).toThrow();
    expect(fs.readdirSync(folder)).toEqual(['file']);
  });
});

describe('the version differs', () => {
  test('when the file is written, replaced, removed, or made', () => {
    const path = join(newDir(), 'file');
    const versions = [fileVersion(path)];
    for (const change of [
      () => fs.writeFileSync(path, 'a'),
      () => fs.writeFileSync(path, 'bb'),
      () => fs.writeFileSync(path, 'cc'),
      () => {
        fs.writeFileSync(`${path}.new`, 'cc');
        fs.renameSync(`${path}.new`, path);
      },
      () => fs.chmodSync(path, 0o600),
      () => fs.rmSync(path),
    ]) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
      change();
      versions.push(fileVersion(path));
    }
    for (let i = 1; i < versions.length; i++) expect(versions[i]).not.toBe(versions[i - 1]);
    expect(versions.at(-1)).toBe(versions[0]);
  });

  test('and only then', () => {
    const path = join(newDir(), 'file');
    fs.writeFileSync(path, 'a');
    expect(fileVersion(path)).toBe(readTextFile(path).version);
  });
});
