/** Whether a log exists, and how many bytes at its end have not been read. */
import type {Trouble} from '../judge.js';
import type {LogPosition} from '../../log/position.js';
import {sizeOf, whyNotRead} from '../../sys/disk/text-file.js';
import {isPattern, logsLike} from '../../sys/follow/glob.js';

/**
 * @returns why a log cannot be read now; undefined: it can. For a pattern, at least one log must
 *   match.
 */
export function whyNotThere(source: string): Omit<Trouble, 'sinceMs'> | undefined {
  if (isPattern(source)) {
    return logsLike(source).length > 0 ? undefined : {kind: 'gone', why: 'no log fits'};
  }
  const barred = whyNotRead(source);
  if (barred === undefined) return undefined;
  return isNoFile(barred) ? {kind: 'gone', why: 'no such file'} : {kind: 'barred', why: barred};
}

/** A folder that is no folder holds no file either. */
const isNoFile = (why: string): boolean => /^(?:ENOENT|ENOTDIR):/.test(why);

/** @param position after what was read */
export function behindBytes(source: string, position: LogPosition | undefined): number | undefined {
  const [current] = position ?? [];
  const size = current === undefined ? undefined : sizeOf(source);
  return size === undefined ? undefined : Math.max(0, size - (current?.offset ?? 0));
}
