/**
 * Runs the random model of the follower for longer than `npm test`, which does ten thousand actions. The test
 * itself decides. This file runs it, and prints its seed.
 */
import {spawnSync} from 'node:child_process';
import {aim, heading} from './aims.js';

export function following(actions: number): void {
  heading(
    'following',
    `${actions} random writes, rotations, cuts, pauses and kills: no line lost, none twice`,
  );
  const seed = String(Date.now() % 1_000_000_000);
  const startedMs = performance.now();
  const words = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'];
  const {status, stderr} = spawnSync(process.execPath, [...words, 'test/sys/follow/follow-model'], {
    encoding: 'utf8',
    env: {...process.env, BLOCKSMTP_MODEL_ACTIONS: String(actions), BLOCKSMTP_SEED: seed},
  });
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  if (status !== 0) console.log(stderr);
  console.log(`${actions} actions with BLOCKSMTP_SEED=${seed} in ${seconds} s`);
  aim(`following: ${actions} random actions, no line lost and none twice`, status === 0);
}
