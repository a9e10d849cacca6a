/** The exit code of a process that ends as another one has ended. */
import {constants} from 'node:os';

/** By a signal: 128 and its number, as shells have it. */
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
