/**
 * The whitelist as it was last read, stored beside the state. A daemon that restarts while the file
 * is missing or unreadable must not block clients that were exempt a moment before.
 */
import {readTextFile, writeTextFile} from '../../sys/disk/text-file.js';

export interface KeptList {
  /** For people. */
  readonly path: string;
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
    path,
    read: () => {
      const read = readTextFile(path);
      return read.kind === 'text' ? read.text : undefined;
    },
    write: (text) => writeTextFile(path, text, mode),
  };
}

/** For commands that only look: what is stored, and nothing is written. */
export const keptToLook = (stateDir: string): KeptList => ({
  ...keptListIn(stateDir),
  write: () => undefined,
});

/** For a dry run, and for logs of other machines. */
export const nothingKept: KeptList = {path: '', read: () => undefined, write: () => undefined};
