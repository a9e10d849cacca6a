/**
 * Makes sure that only one sweep works on a Maildir, by a lock on its folder (flock(2)). The kernel releases the lock
 * when the process ends. Node cannot call flock(2), so flock(1) locks the open folder, which is its standard input.
 */
import {runCommand} from '../run/command.js';

/** Time in which even a busy machine starts flock(1). Ms. */
const flockTimeoutMs = 15_000;

export async function lockFolder(
  descriptor: number,
): Promise<{readonly kind: 'locked'} | {readonly kind: 'taken' | 'failed'; readonly why: string}> {
  const parameters = ['--exclusive', '--nonblock', '--conflict-exit-code', '75', '0'];
  const result = await runCommand('flock', parameters, {
    input: {descriptor},
    timeoutMs: flockTimeoutMs,
  });
  if (result.kind === 'done') return {kind: 'locked'};
  return result.exitCode === 75
    ? {kind: 'taken', why: 'another sweep works on it'}
    : {kind: 'failed', why: result.why};
}
