/**
 * Has one sweep at a time work on a Maildir: flock(2) on its folder, which ends with the process however
 * that ends. Node cannot call flock(2): flock(1) locks the open folder that it gets as its standard input.
 */
import {runCommand} from '../run/command.js';

/** A moment for a machine under load to start it. Ms. */
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
