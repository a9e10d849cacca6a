/** Which process works on a state: real processes with the lock open, one of them in mounts of its own. */
import {afterEach, expect} from '@jest/globals';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import {join} from 'node:path';
import {lockHolder} from '../../../src/sys/proc/lock-holder.js';
import {type Child, start} from '../../support/child.js';
import {tempDirs, until} from '../../support/temp.js';
import {whereAvailable} from '../../support/where-available.js';

const newDir = tempDirs();
const started: Child[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.process.kill('SIGKILL');
});

const asRoot = whereAvailable({root: true, tools: ['sh', 'unshare', 'mount']});

/** A process that has `lock` of the directory open. @param before what it does first */
async function holding(directory: string, before = 'true', ...wrap: string[]): Promise<number> {
  const script = `${before}; exec 9>"$1/lock"; echo open; exec sleep 1000 9>&9`;
  const [program, ...words] = [...wrap, 'sh', '-c', script, 'sh', directory];
  const child = start(program, words);
  started.push(child);
  await until('the lock to be open', () => child.output().includes('open'));
  return child.process.pid!;
}

asRoot('a process that has the lock open, and one whose directory was removed', async () => {
  const directory = newDir();
  const pid = await holding(directory);
  expect(lockHolder(directory)).toMatchObject({pid, directory: 'there'});
  fs.rmSync(directory, {recursive: true});
  expect(lockHolder(directory)).toMatchObject({pid, directory: 'removed'});
  fs.mkdirSync(directory);
  fs.writeFileSync(join(directory, 'lock'), '');
  expect(lockHolder(directory)).toMatchObject({pid, directory: 'removed'});
});

asRoot(
  'a unit in mounts of its own, when something is mounted over the directory for us',
  async () => {
    const directory = newDir();
    const pid = await holding(directory, 'true', 'unshare', '--mount', '--propagation=private');
    expect(lockHolder(directory)).toMatchObject({pid, directory: 'there'});
    execFileSync('mount', ['-t', 'tmpfs', 'x', directory]);
    try {
      expect(lockHolder(directory)).toMatchObject({pid, directory: 'removed'});
    } finally {
      execFileSync('umount', [directory]);
    }
  },
);

asRoot('a container with a state of its own under the same path is nothing to us', async () => {
  const directory = newDir();
  await holding(directory, 'mount -t tmpfs x "$1"', 'unshare', '--mount', '--propagation=private');
  expect(lockHolder(directory)).toBeUndefined();
  const pid = await holding(directory);
  expect(lockHolder(directory)).toMatchObject({pid, directory: 'there'});
});
