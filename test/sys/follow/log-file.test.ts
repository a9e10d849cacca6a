/** One open file: cursors, and changes at the worst moment. */
import {afterEach, expect, jest, test} from '@jest/globals';
import fc from 'fast-check';
import fs from 'node:fs';
import {join} from 'node:path';
import {longestLineBytes} from '../../../src/base/bytes.js';
import {LogFile} from '../../../src/sys/follow/log-file.js';
import {tempDirs} from '../../support/temp.js';

const newDir = tempDirs();
const silent = (): void => undefined;
let file: LogFile | undefined;

afterEach(() => {
  jest.restoreAllMocks();
  file?.close();
  file = undefined;
});

function open(content: string | Buffer): {file: LogFile; path: string} {
  const path = join(newDir(), 'mail.log');
  fs.writeFileSync(path, content);
  return {file: (file = LogFile.open(path)), path};
}

const texts = (): string[] => file!.read(silent).map(({text}) => text);

test('a cursor is of this file at this place only', () => {
  const {path} = open('one\ntwo\n');
  texts();
  const cursor = file!.cursor();
  expect(cursor.offset).toBe(8);
  expect(file!.matches(cursor)).toBe(true);
  fs.writeFileSync(path, 'one\nTWO\nthree\n');
  expect(file!.matches(cursor)).toBe(false);
  fs.writeFileSync(path, 'one\n');
  expect(file!.matches(cursor)).toBe(false);
  fs.writeFileSync(path, 'one\ntwo\nthree\n');
  expect(file!.matches(cursor)).toBe(true);
  expect(file!.matches({...cursor, identity: '1:1'})).toBe(false);
});

/** Nothing is read of it until its reader, who may know of a copy, has it begin anew. */
function expectCut(): void {
  expect(texts()).toEqual([]);
  expect([file!.hasMore(), file!.isCut()]).toEqual([true, true]);
  file!.restart();
}

test('truncated while its last chunk was being read, then filled past the offset: read from its start', () => {
  const {path} = open('one\ntwo\n');
  const real = fs.readSync;
  let cut = false;
  const spy = jest.spyOn(fs, 'readSync');
  spy.mockImplementation((...parameters: Parameters<typeof real>) => {
    const count = real(...parameters);
    // The writer's moment: behind the read of the lines, before the guard is taken.
    if (count === 8 && !cut) {
      cut = true;
      fs.truncateSync(path);
    }
    return count;
  });
  expect(texts()).toEqual(['one', 'two']);
  fs.writeFileSync(path, 'three\nfour\nfive\n');
  expectCut();
  expect(texts()).toEqual(['three', 'four', 'five']);
});

test('cut and written anew, shorter, while it was being read: that is more to read', () => {
  const {path} = open('one\n');
  texts();
  fs.appendFileSync(path, 'two, of which half');
  texts();
  const real = fs.readSync;
  let reads = 0;
  const spy = jest.spyOn(fs, 'readSync');
  spy.mockImplementation((...parameters: Parameters<typeof real>) => {
    const count = real(...parameters);
    // The writer's moment: behind the read of the lines, before the guard is compared again.
    reads += 1;
    if (reads === 1) fs.writeFileSync(path, 'three\n');
    return count;
  });
  expect(texts()).toEqual([]);
  expectCut();
  expect(texts()).toEqual(['three']);
});

test('empty lines are nothing', () => {
  open('\n\none\n\n\ntwo\n\n');
  expect(texts()).toEqual(['one', 'two']);
  expect(texts()).toEqual([]);
});

test('skipToEnd goes behind the last newline, so that a half line is given whole', () => {
  const {path} = open('one\nha');
  file!.skipToEnd();
  fs.appendFileSync(path, 'lf\n');
  expect(texts()).toEqual(['half']);
});

test('property: offsets and texts are those of the file, whatever the chunks', () => {
  const line = fc
    .oneof(fc.nat(80), fc.nat(longestLineBytes))
    .map((length) => Buffer.alloc(length, 'z'));
  fc.assert(
    fc.property(fc.array(line, {maxLength: 12}), fc.nat(100), (lines, rest) => {
      const whole = lines.flatMap((bytes) => [bytes, Buffer.from('\n')]);
      const content = Buffer.concat([...whole, Buffer.alloc(rest, 'r')]);
      const {file: opened} = open(content);
      const lengths: number[] = [];
      for (let before = -1; before !== opened.cursor().offset;) {
        before = opened.cursor().offset;
        for (const {text, offset} of opened.read(silent)) {
          lengths.push(text.length);
          if (!content.subarray(offset).toString('latin1').startsWith(`${text}\n`))
            throw new Error('offset');
        }
        expect(opened.matches(opened.cursor())).toBe(true);
      }
      expect(opened.cursor().offset).toBe(content.length - rest);
      opened.close();
      file = undefined;
      expect(lengths).toEqual(lines.map(({length}) => length).filter((length) => length > 0));
    }),
    {numRuns: 25},
  );
});
