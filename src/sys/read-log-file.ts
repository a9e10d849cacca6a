/** Reads a whole log file from its start, as it stands: for logs that nobody writes to any more. */
import fs from 'node:fs';
import type {Line} from '../log/line.js';
import {LogFile} from './log-file.js';

export type ReadLogFile = {readonly kind: 'read'} | {readonly kind: 'failed'; readonly why: string};

/**
 * @param take gets each line, and when the file was last changed (ms since the epoch), from which
 *   stamps without a year get one
 * @param pause is called between two chunks
 */
export function readLogFile(
  path: string,
  take: (line: Line, changedMs: number) => void,
  pause: () => void,
): ReadLogFile {
  let file: LogFile;
  let changedMs: number;
  try {
    changedMs = fs.statSync(path).mtimeMs;
    file = LogFile.open(path);
  } catch (error) {
    return {kind: 'failed', why: (error as Error).message};
  }
  try {
    do {
      for (const line of file.read(() => undefined)) take(line, changedMs);
      pause();
    } while (file.hasMore());
    const last = file.unfinishedLine();
    if (last !== undefined) take(last, changedMs);
    return {kind: 'read'};
  } catch (error) {
    return {kind: 'failed', why: (error as Error).message};
  } finally {
    file.close();
  }
}
