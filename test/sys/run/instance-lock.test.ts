/** One daemon on one state, however the last one ended. */
import {expect, jest, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {lockState} from '../../../src/sys/run/instance-lock.js';
import {bundle, startScript} from '../../support/child.js';
import {openBelow, tempDirs, until} from '../../support/temp.js';
import {whereAvailable} from '../../support/where-available.js';

const newDir = tempDirs();
const withFlock = whereAvailable({tools: ['flock']});

withFlock('the second taker in one process is refused, and gets it after the release', async () => {
  const folder = join(newDir(), 'deep', 'state');
  const first = await lockState(folder);
  expect(first.kind).toBe('locked');
  expect(await lockState(folder)).toEqual({
    kind: 'taken',
    why: `another blocksmtp works on ${folder}`,
  });
  expect(openBelow(folder)).toBe(1);
  if (first.kind === 'locked') first.lock.release();
  const second = await lockState(folder);
  expect(second.kind).toBe('locked');
  if (second.kind === 'locked') second.lock.release();
  expect(openBelow(folder)).toBe(0);
});

withFlock('only one of many that come at once gets it', async () => {
  const folder = newDir();
  const results = await Promise.all(Array.from({length: 8}, () => lockState(folder)));
  expect(results.map(({kind}) => kind).sort()).toEqual(['locked', ...Array(7).fill('taken')]);
  for (const result of results) if (result.kind === 'locked') result.lock.release();
});

withFlock('another process has it until kill -9, and not a moment longer', async () => {
  const folder = newDir();
  const state = join(folder, 'state');
  const script = bundle(
    folder,
    `import {lockState} from './src/sys/run/instance-lock.js';
     import {runCommand} from './src/sys/run/command.js';
     console.log((await lockState(process.argv[2])).kind);
     setInterval(() => undefined, 1000);
     void runCommand('sleep', ['3'], {timeoutMs: 5000}); // a child must not inherit the lock`,
  );
  for (let round = 0; round < 3; round++) {
    const child = startScript(script, [state]);
    await until('locked', () => child.output().includes('locked'));
    expect((await lockState(state)).kind).toBe('taken');
    child.process.kill('SIGKILL');
    await until('it is gone', () => child.process.signalCode !== null);
    const mine = await lockState(state);
    expect(mine.kind).toBe('locked');
    if (mine.kind === 'locked') mine.lock.release();
  }
});

withFlock(
  'a lock that the disk does not show is as good as gone, and looking does not fail',
  async () => {
    const folder = newDir();
    const taken = await lockState(folder);
    if (taken.kind !== 'locked') throw new Error(taken.why);
    expect(taken.lock.isThere()).toBe(true);
    const look = jest.spyOn(fs, 'statSync').mockImplementation(() => {
      throw new Error('EIO: i/o error');
    });
    expect(taken.lock.isThere()).toBe(false);
    look.mockRestore();
    expect(taken.lock.isThere()).toBe(true);
    taken.lock.release();
  },
);

test('a directory that cannot be made is a failure with its reason', async () => {
  const folder = newDir();
  fs.writeFileSync(join(folder, 'file'), '');
  const result = await lockState(join(folder, 'file', 'state'));
  expect(result).toMatchObject({kind: 'failed', why: expect.stringContaining('ENOTDIR')});
});

test('the directory and the lock are for their owner', async () => {
  const folder = join(newDir(), 'state');
  const mask = process.umask(0);
  try {
    const result = await lockState(folder);
    expect(fs.statSync(folder).mode & 0o007).toBe(0);
    expect(fs.statSync(join(folder, 'lock')).mode & 0o077).toBe(0);
    if (result.kind === 'locked') result.lock.release();
  } finally {
    process.umask(mask);
  }
});
