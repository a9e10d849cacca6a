/** Rotated files of a user who does not write the log are not read, packed or not. */
import fs from 'node:fs';
import {join} from 'node:path';
import zlib from 'node:zlib';
import {expect} from '@jest/globals';
import type {LogPosition} from '../../../src/log/position.js';
import type {FollowEvent} from '../../../src/log/source-event.js';
import {sleep, tempDirs} from '../../support/temp.js';
import {whereAvailable} from '../../support/where-available.js';
import {readAll} from './reader.js';

const test = whereAvailable({root: true, tools: []});
const newDir = tempDirs();
const lineOf = (name: string): string =>
  `Nov 21 12:00:00 relay sendmail[123]: a line named ${name}`;
const append = (path: string, name: string): void => fs.appendFileSync(path, `${lineOf(name)}\n`);

async function readOn(path: string, position: LogPosition) {
  const events: FollowEvent[] = [];
  const {lines} = await readAll(path, position, (event) => events.push(event));
  return {names: lines.map((line) => line.slice(lineOf('').length)), events};
}

test('a rotated file of a user who does not write the log: not read, and reported', async () => {
  const path = join(newDir(), 'mail.log');
  append(path, 'read');
  const {position = []} = await readAll(path, []);
  append(path, 'one');
  fs.renameSync(path, `${path}.3`);
  await sleep(30);
  // Both are newer than the place: without an owner they would be lines of the log.
  append(path, 'forged');
  fs.renameSync(path, `${path}.2`);
  append(path, 'forged too');
  fs.renameSync(path, `${path}.1`);
  fs.writeFileSync(`${path}.1.gz`, zlib.gzipSync(fs.readFileSync(`${path}.1`)));
  fs.rmSync(`${path}.1`);
  const foreign = [`${path}.2`, `${path}.1.gz`];
  for (const each of foreign) fs.chownSync(each, 4711, 4711);
  append(path, 'three');
  const {names, events} = await readOn(path, position);
  expect(names).toEqual(['one', 'three']);
  // The newest stands for all; the folder may be looked at more than once.
  const told = events.filter(({kind}) => kind === 'otherOwner');
  expect(told[0]).toEqual({kind: 'otherOwner', path: `${path}.1.gz`, owner: 4711});
  expect(new Set(told.map((each) => JSON.stringify(each))).size).toBe(1);
  // Of the user who writes the log they are the log's.
  fs.chownSync(path, 4711, 4711);
  expect((await readOn(path, position)).names).toEqual(['one', 'forged', 'forged too', 'three']);
});
