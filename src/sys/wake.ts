/**
 * Tells at once that a file has changed. The package `tail` chooses and keeps the watch (inotify
 * where there is one); what it would read is not used: it loses lines over rename and truncation
 * and cannot begin at an offset. `follow.ts` reads, by offset.
 */
import {Tail} from 'tail';

/**
 * `Tail` calls these two methods when its watch reports something (lib/tail.js, watchEvent). They
 * are not in its types; the package is pinned to the version whose source says so, and a test holds
 * it to that.
 */
class SilentTail extends Tail {
  #kick: (() => void) | undefined;

  onKick(kick: () => void): void {
    this.#kick = kick;
  }

  change(): void {
    this.#kick?.();
  }

  rename(): void {
    this.#kick?.();
  }
}

export interface Wake {
  close(): void;
}

/**
 * Calls `kick` soon after each change of the file that has this name now, also when it has been
 * renamed. May miss one: the caller looks by itself every second or so.
 */
export function wakeOn(path: string, kick: () => void): Wake {
  try {
    const tail = new SilentTail(path, {follow: false, encoding: 'latin1'});
    tail.onKick(kick);
    tail.on('error', kick);
    return {close: () => tail.unwatch()};
  } catch {
    // Gone again, or no watch left on this machine (fs.inotify.max_user_watches): the caller's own
    // look every second serves.
    return {close: () => undefined};
  }
}
