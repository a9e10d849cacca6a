/**
 * The whitelist as it was last read, stored beside the state. A daemon that restarts while the file
 * is missing or unreadable must not block clients that were exempt a moment before.
 */
import {readTextFile, writeTextFile} from '../../sys/disk/text-file.js';

export interface KeptList {
  /** @returns undefined: none is stored */
  read(): string | undefined;
  /** @throws if the disk refuses */
  write(text: string): void;
}

/** Only its owner may read which clients are exempt. */
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
