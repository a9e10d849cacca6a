/** Turns the way another process ended into an exit code of ours. */
import {constants} from 'node:os';

/** @returns for a signal 128 plus its number, as shells do */
export function endedLike({
  code,
  signal,
}: {
  readonly code: number | null;
  readonly signal: string | null;
}): number {
  if (code !== null) return code;
  const numbers: Readonly<Record<string, number>> = constants.signals;
  return 128 + (numbers[signal ?? ''] ?? 0);
}
