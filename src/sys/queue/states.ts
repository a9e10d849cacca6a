/** Finds the state of messages by the names of their files alone: of some ids, or of all. */
import fs from 'node:fs';
import {join} from 'node:path';
import {type MailerFiles, queueDirectories} from './directories.js';

/** `qf` or `hf`, and the id. */
export const controlName = /^([qh])f([0-9A-Za-z]{5,32})$/;
/** At most so many messages are listed. A count: a name needs some hundred bytes. */
export const mostListed = 200_000;

export interface FoundState {
  readonly queue: 'relay' | 'submission';
  readonly state: 'waiting' | 'held';
}

/** The states of these messages. A message that is in no queue is left out. */
export function findStates(
  ids: readonly string[],
  files?: MailerFiles,
): ReadonlyMap<string, FoundState> {
  const found = new Map<string, FoundState>();
  for (const {queue, controls} of queueDirectories(files).directories) {
    for (const id of ids) {
      // While sendmail renames, both files may exist, or none for a moment. The held one counts.
      if (isThere(join(controls, `hf${id}`))) found.set(id, {queue, state: 'held'});
      else if (isThere(join(controls, `qf${id}`))) found.set(id, {queue, state: 'waiting'});
    }
  }
  return found;
}

interface ListedQueue {
  readonly messages: ReadonlyMap<string, FoundState['state']>;
  /** What could not be read, each with why. */
  readonly unread: readonly string[];
}

/**
 * All messages that are in the queues now.
 *
 * @returns undefined if no queue can be read
 */
export async function listQueue(files?: MailerFiles): Promise<ListedQueue | undefined> {
  const {directories, unread: closed} = queueDirectories(files);
  const found = new Map<string, FoundState['state']>();
  const unread = [...closed];
  let read = 0;
  for (const {controls} of directories) {
    try {
      // In pieces, because a flooded queue has a million names, and the log is read meanwhile.
      for await (const {name} of await fs.promises.opendir(controls, {bufferSize: 1000})) {
        if (found.size >= mostListed) break;
        const [, letter, id] = controlName.exec(name) ?? [];
        if (id === undefined) continue;
        if (letter === 'h' || !found.has(id)) found.set(id, letter === 'h' ? 'held' : 'waiting');
      }
      read += 1;
    } catch (error) {
      const {code, message} = error as NodeJS.ErrnoException;
      // Where no directory is, no message can be.
      if (code !== 'ENOENT') unread.push(`${controls}: ${code ?? message}`);
    }
  }
  if (found.size >= mostListed) unread.push(`${mostListed} messages are counted at most`);
  return read === 0 ? undefined : {messages: found, unread};
}

const isThere = (path: string): boolean => {
  try {
    return fs.lstatSync(path, {throwIfNoEntry: false})?.isFile() === true;
  } catch {
    return false; // not to be looked into
  }
};
