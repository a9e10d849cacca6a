/** Reads the text files in a folder of the administrator. `complaint/letter/template.ts` decides what they mean. */
import fs from 'node:fs';
import {join} from 'node:path';
import {readTextFile} from '../disk/text-file.js';

/** More letters than there are kinds. A count. */
const mostLetterFiles = 50;

interface Found {
  /** In the order of their names. */
  readonly files: readonly {readonly path: string; readonly text: string}[];
  readonly problems: readonly string[];
}

/** Never fails. */
export function letterFiles(folder: string): Found {
  let names: string[];
  try {
    names = fs.readdirSync(folder).filter((name) => /^[^.].*\.txt$/.test(name));
  } catch (error) {
    const {code, message} = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' || code === 'ENOTDIR' ? `${folder}: no such folder` : message;
    return {files: [], problems: [`complaint_letters: ${why}`]};
  }
  const paths = names
    .sort()
    .slice(0, mostLetterFiles)
    .map((name) => join(folder, name));
  const read = paths.map((path) => ({path, file: readTextFile(path)}));
  const more = names.length - paths.length;
  return {
    files: read.flatMap(({path, file}) => (file.kind === 'text' ? [{path, text: file.text}] : [])),
    problems: [
      ...read.flatMap(({file}) => (file.kind === 'text' ? [] : [file.why])),
      ...(more > 0 ? [`${folder}: ${more} letters too many: expected ${mostLetterFiles}`] : []),
    ],
  };
}
