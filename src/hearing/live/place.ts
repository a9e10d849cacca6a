/** Whether a log exists, and how many bytes at its end have not been read. */
import type {LogPosition} from '../../log/position.js';
import {sizeOf, whyNotRead} from '../../sys/disk/text-file.js';
import {isPattern, logsLike} from '../../sys/follow/glob.js';

/**
 * @returns why a log cannot be read now; undefined: it can. For a pattern, at least one log must
 *   match.
 */
export function whyNotThere(source: string): string | undefined {
  if (isPattern(source)) {
    return logsLike(source).length > 0 ? undefined : 'no log fits';
  }
  if (sizeOf(source) === undefined) return 'no such file';
  return whyNotRead(source);
}

/** @param position after what was read */
export function behindBytes(source: string, position: LogPosition | undefined): number | undefined {
  const [current] = position ?? [];
  const size = current === undefined ? undefined : sizeOf(source);
  return size === undefined ? undefined : Math.max(0, size - (current?.offset ?? 0));
}
