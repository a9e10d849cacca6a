/**
 * Reads a control file of sendmail's queue (`qf…`, held `hf…`), versions V2 of 8.7 to V8 of 8.18: lines of control
 * (`control-lines.ts`), then the headers, then a dot. `message.ts` makes a message of it.
 *
 * A queue has many thousands of files, and most of them are only counted. So this reads lines and headers only when a
 * caller asks for them. It checks only the beginning and the end at once.
 */
import {type ControlLines, createdMsIn, readLines} from './control-lines.js';
import {type Header, headersIn} from './headers.js';

type ReadControlFile =
  | {readonly kind: 'control'; readonly control: ControlFile}
  /** `torn`: the file has no end, so it is being written or was cut off. */
  | {readonly kind: 'torn'}
  | {readonly kind: 'strange'; readonly why: string};

/** The versions `V2` to `V8`. sendmail 8.6 and older wrote none. */
const versions = {least: 2, most: 8} as const;

/** @param text each byte is a character (latin1) */
export function readControlFile(text: string): ReadControlFile {
  const version = Number(/^V(\d{1,3})\n/.exec(text)?.[1] ?? '-1');
  if (version < versions.least || version > versions.most) {
    // sendmail creates a file and then fills it, so an empty file is no fault.
    if (text === '') return {kind: 'torn'};
    const why = version < 0 ? 'no version in its first line' : `version ${version}`;
    return {kind: 'strange', why: `${why}: expected V2 to V8`};
  }
  const end = endOf(text);
  if (end === undefined) return {kind: 'torn'};
  return {kind: 'control', control: new ControlFile(version, text, end)};
}

/** @returns where the line with only a dot begins */
function endOf(text: string): number | undefined {
  let at = text.indexOf('\n.\n');
  // If the next line begins with a blank, it continues this one.
  while (at >= 0 && /[\t ]/.test(text.charAt(at + 3))) at = text.indexOf('\n.\n', at + 2);
  if (at >= 0) return at + 1;
  return text.endsWith('\n.') ? text.length - 1 : undefined;
}

export class ControlFile {
  readonly version: number;
  readonly #text: string;
  readonly #end: number;
  #lines: ControlLines | undefined;
  #headers: readonly Header[] | undefined;
  #small: string | undefined;
  #createdMs: number | undefined;

  /** @param end the beginning of the last line */
  constructor(version: number, text: string, end: number) {
    this.version = version;
    this.#text = text;
    this.#end = end;
  }

  /** Ms since the epoch. */
  get createdMs(): number {
    this.#createdMs ??= createdMsIn(this.#text, this.#end);
    return this.#createdMs;
  }

  get lines(): ControlLines {
    this.#lines ??= readLines(this.#text, this.#end);
    return this.#lines;
  }

  get headers(): readonly Header[] {
    this.#headers ??= headersIn(this.#text, this.lines.headersAt, this.#end);
    return this.#headers;
  }

  /**
   * Whether the file contains a text: the quickest way to see that no header fits.
   *
   * @param text in lower case
   */
  mayHold(text: string): boolean {
    this.#small ??= this.#text.toLowerCase();
    return this.#small.includes(text);
  }
}
