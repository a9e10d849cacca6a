/** Reads the given files, and the journal of this machine, in chronological order. */
import type {Progress} from '../face/progress.js';
import type {LogReading} from './reading.js';
import type {Config} from '../../config/schema.js';
import {wantedSettings} from '../../hearing/names.js';
import {Lines} from '../../log/lines.js';
import {journalSource} from '../../log/source-plan.js';
import {sendmail} from '../../mail/sendmail/dialect.js';
import {openLogInput, standsAt} from '../../sys/follow/log-input.js';
import {hasJournal} from '../../sys/journal/journalctl.js';

/** @throws if one of them cannot be read */
export async function readFiles(
  files: readonly string[],
  reading: LogReading,
  config: Config,
  progress: Progress,
): Promise<void> {
  const missing = files.find((path) => !isJournal(path) && standsAt(path) === 'nothing');
  if (missing !== undefined) {
    const journal = hasJournal() ? ', or the word journal for the journal of this machine' : '';
    throw new Error(`${missing}: no such file: expected a log${journal}`);
  }
  // The journal, and inputs that can be read only once, are taken in the order given.
  const isSorted = files.every((path) => !isJournal(path) && standsAt(path) !== 'pipe');
  for (const path of isSorted ? await sortedByTime(files) : files) {
    if (isJournal(path)) await reading.readJournal(wantedSettings(config, sendmail).names);
    else await reading.read(openLogInput(path, reading.room), progress);
  }
  progress.end();
}

/** For a file of that name, write `./journal`. */
const isJournal = (path: string): boolean => path === journalSource;

/** `mail.log*` lists the newest file first; read in that order, old evidence would look new. */
async function sortedByTime(files: readonly string[]): Promise<string[]> {
  const begun = new Map<string, number>();
  if (files.length > 1) for (const path of files) begun.set(path, await beginMs(path));
  return [...files].sort((a, b) => (begun.get(a) ?? 0) - (begun.get(b) ?? 0));
}

/** When the first record of a log was written. */
async function beginMs(path: string): Promise<number> {
  const {pieces, changedMs, name} = openLogInput(path);
  const frames = sendmail.frames();
  const lines = new Lines(name);
  for await (const piece of pieces) {
    for (const line of lines.of(piece)) {
      const framed = frames.read(line, changedMs);
      if (framed.kind === 'record') return framed.record.atMs;
    }
  }
  return changedMs;
}
