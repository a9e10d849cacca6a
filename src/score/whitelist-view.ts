/** How the whitelist is, as a value, and what an operator must know of that. */
import {countText} from '../base/count.js';

export type WhitelistView =
  | {
      readonly kind: 'read';
      readonly file: string;
      /** Counts. */
      readonly entries: number;
      readonly badLines: number;
    }
  /** The file cannot be read, so the last good list is in force; `copy` is the file that holds it. */
  | {
      readonly kind: 'kept';
      readonly file: string;
      readonly why: string;
      readonly entries: number;
      readonly copy: string;
    }
  /** There is neither the file nor a last good list. */
  | {readonly kind: 'none'; readonly file: string; readonly why: string};

/** @returns undefined: the operator has nothing to do */
export function whitelistTrouble(view: WhitelistView): string | undefined {
  switch (view.kind) {
    case 'read':
      return badLinesText(view.file, view.badLines);
    case 'kept':
      return `the whitelist cannot be read (${view.why}): the last good list (${entriesText(view.entries)}) is in force; to have the file back: cp ${view.copy} ${view.file}; an empty file ends the list`;
    case 'none':
      return undefined;
  }
}

/** @param badLines a count. @returns undefined: there is none */
export const badLinesText = (file: string, badLines: number): string | undefined =>
  badLines === 0
    ? undefined
    : `${countText(badLines, 'bad line')} in ${file}, which do${badLines === 1 ? 'es' : ''} not count: \`blocksmtp check 127.0.0.1\` names ${badLines === 1 ? 'it' : 'them'}`;

export const entriesText = (entries: number): string =>
  entries === 1 ? 'one entry' : `${entries} entries`;
