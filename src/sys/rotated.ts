/** Finds the files that a log has been rotated into. What of them has been read is not known here. */
import fs from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {identityOf} from './log-file.js';

export interface Rotated {
  readonly path: string;
  readonly identity: string;
  readonly changedMs: number;
}

/** What logrotate makes of the name: `.1`, `-20261121`, `.1-20261121`. Packed ones cannot be read on. */
const rotatedEnding = /^[.-]\d+(?:[.-]\d+)*$/;

/** The log itself among them, if it is there; oldest first, by their last change. */
export function rotatedFiles(path: string): Rotated[] {
  const [folder, name] = [dirname(path), basename(path)];
  const siblings = namesIn(folder).filter((other) => other.startsWith(name));
  const found = siblings.flatMap((sibling): Rotated[] => {
    if (sibling !== name && !rotatedEnding.test(sibling.slice(name.length))) return [];
    try {
      const stat = fs.statSync(join(folder, sibling), {bigint: true});
      const changedMs = Number(stat.mtimeNs) / 1e6;
      return [{path: join(folder, sibling), identity: identityOf(stat), changedMs}];
    } catch {
      return [];
    }
  });
  return found.sort((a, b) => a.changedMs - b.changedMs);
}

function namesIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    return [];
  }
}
