/**
 * A room in memory for pieces of an old log, and the lines in them that can matter. Which those are is
 * the mailer's own: a module in WebAssembly decides it (for sendmail `scan.as.ts`), or every line is
 * given (`every-line.ts`).
 */
import {EveryLine} from './every-line.js';

/** How the lines of a mailer's log are chosen. */
export type ScanRules =
  /** By a module; it may give a line too many, never one too few. */
  {readonly kind: 'module'; readonly bytes: () => Uint8Array} | {readonly kind: 'everyLine'};

export interface LineScan {
  /** For a piece of the log, from its beginning; the end is kept free. */
  readonly room: Uint8Array;
  /** Lines so far, whether they matter or not. A count. */
  readonly lines: number;
  /**
   * Gives the places in the room of each line that can matter, without its newline.
   *
   * @param length of what stands in the room: whole lines. Bytes
   */
  each(length: number, take: (start: number, end: number) => void): void;
}

/** Names that the module has room for, and the characters of each: more than a setting can have. Counts. */
export const scanRoom = {names: 16, characters: 64} as const;

/** @param mailerNames whose lines count, as tags in the syslog: at most `scanRoom` */
export function lineScan(rules: ScanRules, mailerNames: readonly string[]): LineScan {
  if (rules.kind === 'everyLine') return new EveryLine();
  return new Scanner(rules.bytes(), mailerNames);
}

/** Numbers in its memory; a global is a box with a value. */
interface Exports {
  readonly memory: {readonly buffer: ArrayBuffer};
  readonly pieceAt: {readonly value: number};
  readonly tagAt: {readonly value: number};
  readonly lines: {readonly value: number};
  readonly lineEnd: {readonly value: number};
  configure(tags: number): void;
  next(start: number, end: number): number;
}

/** Where one name stands behind another in the module's memory. Bytes: `tagBytes` of `scan.as.ts`. */
const tagBytes = 65;

/** Behind a piece: a line is looked at some bytes beyond its end. Bytes. */
const slackBytes = 64;

class Scanner implements LineScan {
  readonly #exports: Exports;
  readonly room: Uint8Array;

  constructor(bytes: Uint8Array, mailerNames: readonly string[]) {
    const {names, characters} = scanRoom;
    if (mailerNames.length > names) throw new RangeError(`more than ${names} names`);
    const module = new WebAssembly.Module(bytes);
    // What `scan.as.ts` exports; a test holds the module to its source.
    this.#exports = new WebAssembly.Instance(module).exports as Exports;
    const {memory, pieceAt, tagAt} = this.#exports;
    const all = new Uint8Array(memory.buffer);
    this.room = all.subarray(pieceAt.value, all.length - slackBytes);
    mailerNames.forEach((name, i) => {
      if (name.length > characters) throw new RangeError(`longer than ${characters}: ${name}`);
      const codes = Array.from(name, (character) => character.charCodeAt(0));
      // Its length in front of it.
      all.set([codes.length, ...codes], tagAt.value + i * tagBytes);
    });
    this.#exports.configure(mailerNames.length);
  }

  get lines(): number {
    return this.#exports.lines.value;
  }

  each(length: number, take: (start: number, end: number) => void): void {
    const {pieceAt, lineEnd} = this.#exports;
    const base = pieceAt.value;
    let start = this.#exports.next(base, base + length);
    while (start !== 0) {
      const end = lineEnd.value;
      take(start - base, end - base);
      start = this.#exports.next(end + 1, base + length);
    }
  }
}
