/**
 * Tells at once that a file has changed. The package `tail` chooses and keeps the watch (inotify
 * where there is one); what it would read is not used: it loses lines over rename and truncation
 * and cannot begin at an offset. `follow.ts` reads, by offset.
 */
import {basename, dirname} from 'node:path';
import {Tail} from 'tail';

/**
 * `Tail` calls these two methods when its watch reports something (lib/tail.js, watchEvent). They
 * are not in its types; the package is pinned to the version whose source says so, and a test holds
 * it to that.
 */
class SilentTail extends Tail {
  #onChange: (() => void) | undefined;
  #onRename: ((name: string) => void) | undefined;

  listen(onChange: () => void, onRename: (name: string) => void): void {
    this.#onChange = onChange;
    this.#onRename = onRename;
  }

  change(): void {
    this.#onChange?.();
  }

  rename(name: string): void {
    this.#onRename?.(name);
  }
}

export interface Wake {
  close(): void;
}

/**
 * Calls `kick` soon after each change of the file that has this name now, also when it has been
 * renamed. May miss one: the caller looks by itself every second or so.
 */
export function wakeOnFile(path: string, kick: () => void): Wake {
  return watch(path, kick, kick);
}

/** Calls `kick` soon after another file gets the name: a log that is made or rotated. */
export function wakeOnName(path: string, kick: () => void): Wake {
  const changed = (): void => undefined; // every line of every other log in the folder
  return watch(dirname(path), changed, (name) => {
    if (name === basename(path)) kick();
  });
}

function watch(path: string, onChange: () => void, onRename: (name: string) => void): Wake {
  try {
    const tail = new SilentTail(path, {follow: false, encoding: 'latin1'});
    tail.listen(onChange, onRename);
    tail.on('error', onChange);
    return {close: () => tail.unwatch()};
  } catch {
    // Not there, or no watch left on this machine (fs.inotify.max_user_watches): the caller's own
    // look every second serves.
    return {close: () => undefined};
  }
}
