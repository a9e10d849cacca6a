/**
 * The whitelist as it was last read, kept beside the state. A daemon that restarts while the file
 * is gone or unreadable must not block clients that it spared a moment before.
 */
import {readTextFile, writeTextFile} from '../../sys/disk/text-file.js';

export interface KeptList {
  /** @returns undefined when none is kept */
  read(): string | undefined;
  /** @throws when the disk refuses */
  write(text: string): void;
}

/** Only its owner may read which clients we spare. */
const mode = 0o600;

export function keptListIn(stateDir: string): KeptList {
  const path = `${stateDir}/whitelist`;
  return {
    read: () => {
      const read = readTextFile(path);
      return read.kind === 'text' ? read.text : undefined;
    },
    write: (text) => writeTextFile(path, text, mode),
  };
}

/** For commands that change nothing. */
export const nothingKept: KeptList = {read: () => undefined, write: () => undefined};
