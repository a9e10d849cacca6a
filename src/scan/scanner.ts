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

/** @param mailerName whose lines count, as its tag in the syslog; at most 64 characters */
export function lineScan(rules: ScanRules, mailerName: string): LineScan {
  if (rules.kind === 'everyLine') return new EveryLine();
  return new Scanner(rules.bytes(), mailerName);
}

/** Numbers in its memory; a global is a box with a value. */
interface Exports {
  readonly memory: {readonly buffer: ArrayBuffer};
  readonly pieceAt: {readonly value: number};
  readonly tagAt: {readonly value: number};
  readonly lines: {readonly value: number};
  readonly lineEnd: {readonly value: number};
  configure(tagLength: number): void;
  next(start: number, end: number): number;
}

/** Behind a piece: a line is looked at some bytes beyond its end. Bytes. */
const slackBytes = 64;

class Scanner implements LineScan {
  readonly #exports: Exports;
  readonly room: Uint8Array;

  constructor(bytes: Uint8Array, mailerName: string) {
    const module = new WebAssembly.Module(bytes);
    // What `scan.as.ts` exports; a test holds the module to its source.
    this.#exports = new WebAssembly.Instance(module).exports as Exports;
    const {memory, pieceAt, tagAt} = this.#exports;
    const all = new Uint8Array(memory.buffer);
    this.room = all.subarray(pieceAt.value, all.length - slackBytes);
    all.set(
      Array.from(mailerName, (character) => character.charCodeAt(0)),
      tagAt.value,
    );
    this.#exports.configure(mailerName.length);
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
