/**
 * Reads the lines of a control file above its headers (queue.c queueup()). Each begins with a letter. Decides
 * what a letter means in all versions, V2 to V8. sendmail writes the headers last, so no control line comes behind the
 * first header.
 */
import {endOfLine} from './headers.js';

interface Recipient {
  readonly address: string;
  /** P: the client named this recipient; F, D, S: the notices that it wants. */
  readonly flags: string;
  /** Why the recipient waits, if the reason is not the message's. */
  readonly why: string;
}

export interface ControlLines {
  /** Undefined: no delivery was tried yet. Ms since the epoch. */
  readonly lastTryMs: number | undefined;
  readonly tries: number;
  readonly priority: number;
  readonly flags: string;
  readonly sender: string;
  readonly why: string;
  /** Why the message is held; empty: it is not held. */
  readonly quarantine: string;
  /** The sender's `AUTH=`, if sendmail trusts it. */
  readonly authParameter: string;
  /** `_NAME [IP]`, `{auth_authen}anna`: name and value; `macroIn` finds one. */
  readonly macros: readonly string[];
  /** The directory of the body, if it is another one. */
  readonly dataDirectory: string;
  readonly recipients: readonly Recipient[];
  /** All recipients, also those that are not kept. A count. */
  readonly recipientCount: number;
  /** Where the first header begins in the whole text. */
  readonly headersAt: number;
}

/** At most so many recipients of one message are kept. A count: mailing lists have more, and `recipientCount` shows it. */
export const mostRecipients = 1000;
/** At most so many macros are kept. A count: sendmail writes about ten. */
const mostMacros = 64;

/** `PFD:<anna@example.net>`. There are no flags before V1, and no colon is in them. */
const recipientLine = /^([A-Za-z]{0,26}):([^]*)$/;

/** The value of a macro. @param name a long name in braces, or a single character without them */
export const macroIn = ({macros}: Pick<ControlLines, 'macros'>, name: string): string | undefined =>
  macros.find((each) => each.startsWith(name))?.slice(name.length);

/** Reads only when the message was made, because most callers need no more. Ms since the epoch. */
export function createdMsIn(text: string, end: number): number {
  let at = text.indexOf('\n') + 1;
  while (at < end && text[at] !== 'T' && text[at] !== 'H') at = endOfLine(text, at) + 1;
  return text[at] === 'T' ? number(text.slice(at + 1, endOfLine(text, at))) * 1000 : 0;
}

/** @param text a whole control file; @param end where its last line begins */
export function readLines(text: string, end: number): ControlLines {
  const reader = new Reader();
  // The first line has the version.
  let at = text.indexOf('\n') + 1;
  while (at < end) {
    const letter = text[at];
    if (letter === 'H') break;
    const stop = endOfLine(text, at);
    if (letter !== undefined && isRead(letter)) reader.take(letter, text.slice(at + 1, stop));
    at = stop + 1;
  }
  return reader.lines(at);
}

type Letter = 'R' | '$' | 'M' | 'S' | 'K' | 'N' | 'P' | 'F' | 'A' | 'd' | 'q';

const isRead = (letter: string): letter is Letter => 'R$MSKNPFAdq'.includes(letter);

/** Of a letter that comes only once in a file, the first line counts. */
class Reader {
  readonly #macros: string[] = [];
  readonly #recipients: Recipient[] = [];
  #recipientCount = 0;
  #sender: string | undefined;
  #lastTry: string | undefined;
  #tries: string | undefined;
  #priority: string | undefined;
  #flags: string | undefined;
  #auth: string | undefined;
  #data: string | undefined;
  #quarantine: string | undefined;
  #why: string | undefined;
  /** The text of the last `M` below the sender, until its recipient comes. */
  #itsWhy = '';

  take(letter: Letter, rest: string): void {
    switch (letter) {
      case 'R':
        this.#recipient(rest);
        return;
      case '$':
        if (this.#macros.length < mostMacros) this.#macros.push(rest);
        return;
      case 'M':
        // Above the sender it is about the message, above a recipient about that recipient.
        if (this.#sender === undefined) this.#why ??= rest;
        else this.#itsWhy = rest;
        return;
      case 'S':
        this.#sender ??= rest;
        return;
      case 'K':
        this.#lastTry ??= rest;
        return;
      case 'N':
        this.#tries ??= rest;
        return;
      case 'P':
        this.#priority ??= rest;
        return;
      case 'F':
        this.#flags ??= rest;
        return;
      case 'A':
        this.#auth ??= rest;
        return;
      case 'd':
        this.#data ??= rest;
        return;
      case 'q':
        this.#quarantine ??= rest;
    }
  }

  #recipient(rest: string): void {
    this.#recipientCount += 1;
    if (this.#recipients.length < mostRecipients) {
      const [, flags = '', address = rest] = recipientLine.exec(rest) ?? [];
      this.#recipients.push({address, flags, why: this.#itsWhy});
    }
    this.#itsWhy = '';
  }

  lines(headersAt: number): ControlLines {
    const lastTry = number(this.#lastTry);
    return {
      lastTryMs: lastTry > 0 ? lastTry * 1000 : undefined,
      tries: number(this.#tries),
      priority: number(this.#priority),
      flags: this.#flags ?? '',
      sender: this.#sender ?? '',
      why: this.#why ?? '',
      quarantine: this.#quarantine ?? '',
      authParameter: this.#auth ?? '',
      macros: this.#macros,
      dataDirectory: this.#data ?? '',
      recipients: this.#recipients,
      recipientCount: this.#recipientCount,
      headersAt,
    };
  }
}

const number = (text = ''): number => (/^-?\d{1,12}$/.test(text) ? Number(text) : 0);
