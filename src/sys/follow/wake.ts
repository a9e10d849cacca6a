/**
 * Reports at once that a file has changed. The package `tail` makes and keeps the watch (inotify,
 * if there is one). Its reading is not used, because it loses lines over rename and truncation
 * and cannot begin at an offset. `follow.ts` reads, by offset.
 */
import {basename, dirname} from 'node:path';
import {Tail} from 'tail';

/**
 * `Tail` calls these two methods when its watch reports something (lib/tail.js, watchEvent). They
 * are not in its types. The package is pinned to a version that has them, and a test fails if they
 * change.
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
 * Calls `kick` soon after each change of the file that has this name now, even after it was
 * renamed. May miss a change, so the caller also looks every second or so.
 */
export function wakeOnFile(path: string, kick: () => void): Wake {
  return watch(path, kick, kick);
}

/** Calls `kick` soon after another file gets the name, because a log was created or rotated. */
export function wakeOnName(path: string, kick: () => void): Wake {
  const changed = (): void => undefined; // called for every line of every other log in the folder
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
    // The file is missing, or the machine has no watch left (fs.inotify.max_user_watches). The caller's
    // own look every second is enough.
    return {close: () => undefined};
  }
}
