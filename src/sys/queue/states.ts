/** Looks in which state the messages of some ids are, by the names of their files alone. */
import fs from 'node:fs';
import {join} from 'node:path';
import {type MailerFiles, queueDirectories} from './directories.js';

export interface FoundState {
  readonly queue: 'relay' | 'submission';
  readonly state: 'waiting' | 'held';
}

/** Those that are in no queue are left out. */
export function findStates(
  ids: readonly string[],
  files?: MailerFiles,
): ReadonlyMap<string, FoundState> {
  const found = new Map<string, FoundState>();
  for (const {queue, controls} of queueDirectories(files).directories) {
    for (const id of ids) {
      // While sendmail renames, both may stand there, or none for a moment: the held one counts.
      if (isThere(join(controls, `hf${id}`))) found.set(id, {queue, state: 'held'});
      else if (isThere(join(controls, `qf${id}`))) found.set(id, {queue, state: 'waiting'});
    }
  }
  return found;
}

const isThere = (path: string): boolean => {
  try {
    return fs.lstatSync(path, {throwIfNoEntry: false})?.isFile() === true;
  } catch {
    return false; // not to be looked into
  }
};
