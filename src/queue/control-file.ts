/**
 * Reads a control file of sendmail's queue (`qf…`, held `hf…`), versions V2 of 8.7 to V8 of 8.17
 * (queue.c readqf()): one letter a line, and headers that go on in the next line. Its headers are the
 * client's text, and may hold any byte but a line feed. `message.ts` makes a message of it.
 */

/** A header as it stands there: its value may go on over lines, each of which begins with a blank. */
export interface Header {
  readonly name: string;
  readonly value: string;
}

interface Recipient {
  readonly address: string;
  /** P: it was asked for, F D S: which notices it wants. */
  readonly flags: string;
  /** Why it waits, where that is another reason than the message's. */
  readonly why: string;
}

export interface ControlFile {
  readonly version: number;
  /** Ms since the epoch. */
  readonly createdMs: number;
  /** Undefined: no delivery was tried yet. */
  readonly lastTryMs: number | undefined;
  readonly tries: number;
  readonly priority: number;
  readonly flags: string;
  readonly sender: string;
  readonly why: string;
  /** Of a message that is held: why. Empty: it is not. */
  readonly quarantine: string;
  /** What `AUTH=` of its sender says, as far as sendmail trusts it. */
  readonly authParameter: string;
  /** `$_`, `${auth_authen}`: macros by their names. */
  readonly macros: ReadonlyMap<string, string>;
  /** Where the body lies, if not beside it. */
  readonly dataDirectory: string;
  readonly recipients: readonly Recipient[];
  /** All of them, also those beyond what is kept. A count. */
  readonly recipientCount: number;
  readonly headers: readonly Header[];
}

type ReadControlFile =
  | {readonly kind: 'control'; readonly control: ControlFile}
  /** `torn`: it has no end, so it is being written, or was cut off. */
  | {readonly kind: 'torn'}
  | {readonly kind: 'strange'; readonly why: string};

/** Recipients kept of one message. A count: mailing lists have more, and `recipientCount` tells. */
export const mostRecipients = 1000;
/** Macros kept. A count: sendmail writes about ten. */
const mostMacros = 64;

/** `V8`; 8.6 and before wrote none. */
const versions = {least: 2, most: 8} as const;

/** @param text each byte a character (latin1) */
export function readControlFile(text: string): ReadControlFile {
  const version = Number(/^V(\d{1,3})\n/.exec(text)?.[1] ?? '-1');
  if (version < versions.least || version > versions.most) {
    // A file is made first and filled then: an empty one is no fault.
    if (text === '') return {kind: 'torn'};
    const why = version < 0 ? 'no version in its first line' : `version ${version}`;
    return {kind: 'strange', why: `${why}: expected V2 to V8`};
  }
  const reader = new Reader(version);
  let at = text.indexOf('\n') + 1;
  while (at < text.length) {
    const end = endOfLine(text, at);
    const line = text.slice(at, end);
    if (line === '.') return {kind: 'control', control: reader.control};
    // The last line has no end: it was cut off.
    if (end === text.length) break;
    reader.take(line);
    at = end + 1;
  }
  return {kind: 'torn'};
}

/** Of a line with all that goes on behind it. */
function endOfLine(text: string, from: number): number {
  let end = text.indexOf('\n', from);
  while (end >= 0 && (text[end + 1] === '\t' || text[end + 1] === ' ')) {
    end = text.indexOf('\n', end + 1);
  }
  return end < 0 ? text.length : end;
}

/** Macros with one character have no braces: `$_`, `${daemon_flags}`. */
const macroLine = /^(?:\{([^{}]{1,60})\}|(.))([^]*)$/;
/** `H?P?Return-Path: <…>`, `H??Subject: …`, and `HSubject: …` where no flags stand there. */
const headerLine = /^(?:\?([^?\n]{0,100})\?)?([^\s:]{1,200})[ \t]*:[ \t]*([^]*)$/;
/** `PFD:<anna@example.net>`: no flags before V1, and no colon is in them. */
const recipientLine = /^([A-Za-z]{0,26}):([^]*)$/;

class Reader {
  readonly #macros = new Map<string, string>();
  readonly #recipients: Recipient[] = [];
  readonly #headers: Header[] = [];
  readonly #version: number;
  #recipientCount = 0;
  /** What the last `M` says, until it is known whose it is. */
  #why = '';
  #isOfMessage = true;
  #single: Record<string, string> = {};

  constructor(version: number) {
    this.#version = version;
  }

  take(line: string): void {
    const letter = line.charAt(0);
    const rest = line.slice(1);
    if (letter === 'H') this.#header(rest);
    else if (letter === 'R') this.#recipient(rest);
    else if (letter === '$') this.#macro(rest);
    // Above the sender it is the message's, above a recipient the recipient's.
    else if (letter === 'M' && !this.#isOfMessage) this.#why = rest;
    else if ('TKNPMFSAdq'.includes(letter)) this.#single[letter] ??= rest;
    if (letter === 'S') this.#isOfMessage = false;
  }

  #header(rest: string): void {
    const [, , name, value = ''] = headerLine.exec(rest) ?? [];
    if (name !== undefined) this.#headers.push({name, value});
  }

  #recipient(rest: string): void {
    this.#recipientCount += 1;
    const [, flags = '', address = rest] = recipientLine.exec(rest) ?? [];
    if (this.#recipients.length < mostRecipients) {
      this.#recipients.push({address, flags, why: this.#why});
    }
    this.#why = '';
  }

  #macro(rest: string): void {
    const [, long, short = '', value = ''] = macroLine.exec(rest) ?? [];
    if (this.#macros.size < mostMacros) this.#macros.set(long ?? short, value);
  }

  get control(): ControlFile {
    const {
      T = '',
      K = '',
      N = '',
      P = '',
      F = '',
      S = '',
      M = '',
      q = '',
      A = '',
      d = '',
    } = this.#single;
    const lastTry = number(K);
    return {
      version: this.#version,
      createdMs: number(T) * 1000,
      lastTryMs: lastTry > 0 ? lastTry * 1000 : undefined,
      tries: number(N),
      priority: number(P),
      flags: F,
      sender: S,
      why: M,
      quarantine: q,
      authParameter: A,
      macros: this.#macros,
      dataDirectory: d,
      recipients: this.#recipients,
      recipientCount: this.#recipientCount,
      headers: this.#headers,
    };
  }
}

const number = (text: string): number => (/^-?\d{1,12}$/.test(text) ? Number(text) : 0);
