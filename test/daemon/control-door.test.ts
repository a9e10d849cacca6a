/** The control socket of one life: opened again, closed for good, and missing without harm. */
import {afterEach, beforeEach, expect, test} from '@jest/globals';
import fs from 'node:fs';
import {dirname, join} from 'node:path';
import {readingSocketOf, returningSocketOf} from '../../src/control/reading.js';
import {ControlDoor} from '../../src/daemon/control-door.js';
import {askControl, serveControl} from '../../src/sys/talk/control-socket.js';
import {configIn} from '../support/config.js';
import {tempDirs} from '../support/temp.js';

const newDir = tempDirs();
let config = configIn('/nowhere');
let said: string[] = [];
let door: ControlDoor;

beforeEach(() => {
  config = configIn(newDir());
  said = [];
  door = doorOf();
});
afterEach(() => door.close());

const doorOf = (): ControlDoor =>
  new ControlDoor(
    config,
    (level, message) => void said.push(`${level} ${message}`),
    () => Promise.resolve({kind: 'done', message: 'heard'}),
    {
      readers: () => Promise.resolve({kind: 'done', message: 'asked'}),
      mailer: () => Promise.resolve({kind: 'done', message: 'returned'}),
    },
  );
const ask = async (): Promise<string> => (await askControl(config.controlSocket, {})).kind;

test('is opened once, however often and however soon it is asked for', async () => {
  await Promise.all([door.open(), door.open(), door.open()]);
  const {ino} = fs.statSync(config.controlSocket);
  await door.open();
  expect([await ask(), fs.statSync(config.controlSocket).ino]).toEqual(['answer', ino]);
});

test('is opened again where its file is gone', async () => {
  await door.open();
  fs.rmSync(config.controlSocket);
  expect(await ask()).toBe('noDaemon');
  await door.open();
  expect(await ask()).toBe('answer');
});

test('a door that cannot be opened is reported, and opened when it can be', async () => {
  fs.mkdirSync(join(config.controlSocket, 'in the way'), {recursive: true});
  await door.open();
  expect(said).toEqual([
    expect.stringMatching(/^error no control socket, so no command reaches this daemon: /),
  ]);
  fs.rmSync(config.controlSocket, {recursive: true});
  await door.open();
  expect(await ask()).toBe('answer');
});

test.each([
  [readingSocketOf, 'asked'],
  [returningSocketOf, 'returned'],
])('a door has another one for a group, where its folder exists: %#', async (of, message) => {
  await door.open();
  const beside = of(config.controlSocket);
  expect(fs.existsSync(beside)).toBe(false);
  fs.mkdirSync(dirname(beside));
  await door.open();
  const modes = [config.controlSocket, beside].map((path) => fs.statSync(path).mode & 0o777);
  expect(modes).toEqual([0o600, 0o660]);
  expect(await askControl(beside, {})).toEqual({
    kind: 'answer',
    answer: {kind: 'done', message},
  });
  fs.rmSync(beside);
  await door.open();
  expect(fs.existsSync(beside)).toBe(true);
  door.close();
  expect(fs.existsSync(beside)).toBe(false);
});

test('the one for the group is not taken from another process that answers there', async () => {
  const reading = readingSocketOf(config.controlSocket);
  fs.mkdirSync(dirname(reading));
  await door.open();
  fs.rmSync(reading);
  const other = await serveControl(reading, () => Promise.resolve('another'));
  try {
    await door.open();
    expect(await askControl(reading, {})).toEqual({kind: 'answer', answer: 'another'});
    expect(said).toEqual([
      `warning no socket for the group that may ask: ${reading}: another process listens there`,
    ]);
  } finally {
    other.close();
  }
  await door.open();
  expect(await askControl(reading, {})).toMatchObject({answer: {message: 'asked'}});
});

test('another daemon that answers keeps its socket, from the first opening on', async () => {
  const other = await serveControl(config.controlSocket, () => Promise.resolve('another'));
  try {
    await door.open();
    expect(await askControl(config.controlSocket, {})).toMatchObject({answer: 'another'});
    expect(said).toEqual([expect.stringMatching(/another process listens there$/)]);
  } finally {
    other.close();
  }
  await door.open();
  expect(await ask()).toBe('answer');
});

test('stays closed', async () => {
  const opening = door.open();
  door.close();
  await opening;
  await door.open();
  expect([await ask(), fs.existsSync(config.controlSocket)]).toEqual(['noDaemon', false]);
});

test('a dry run has none', async () => {
  config = {...config, dryRun: true};
  door = doorOf();
  await door.open();
  expect(fs.existsSync(config.controlSocket)).toBe(false);
});
