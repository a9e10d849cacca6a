/**
 * Begins to build the root file systems of the system tests, while other tests run: a minute or two
 * on a fresh machine. The tests that need them wait for the build, and say what is wrong with it.
 */
import {spawn, spawnSync} from 'node:child_process';
import {join} from 'node:path';
import {root} from './install.mjs';

export function buildLab() {
  if (process.platform !== 'linux' || process.getuid() !== 0) return;
  if (spawnSync('apt-get', ['--version'], {stdio: 'ignore'}).error !== undefined) return;
  // The guest's file system is made from the lab's, so this builds both.
  const script = join(root, 'test/system/package/build.sh');
  spawn(script, [], {stdio: ['ignore', 'ignore', 'inherit']}).on('error', () => undefined);
}
