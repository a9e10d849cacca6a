/**
 * The lines of a control file above its headers, as sendmail wrote them (queue.c queueup()): one letter a line. Decides
 * what a letter means in all versions, V2 to V8. sendmail writes the headers last, so no letter behind the first of
 * them is one of control.
 */
import {endOfLine} from './headers.js';

interface Recipient {
  readonly address: string;
  /** P: it was asked for, F D S: which notices it wants. */
  readonly flags: string;
  /** Why it waits, where that is another reason than the message's. */
  readonly why: string;
}

export interface ControlLines {
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
  /** `_NAME [IP]`, `{auth_authen}anna`: name and value; `macroIn` finds one. */
  readonly macros: readonly string[];
  /** Where the body lies, if not beside it. */
  readonly dataDirectory: string;
  readonly recipients: readonly Recipient[];
  /** All of them, also those beyond what is kept. A count. */
  readonly recipientCount: number;
  /** Where the first header begins, in the whole text. */
  readonly headersAt: number;
}

/** Recipients kept of one message. A count: mailing lists have more, and `recipientCount` tells. */
export const mostRecipients = 1000;
/** Macros kept. A count: sendmail writes about ten. */
const mostMacros = 64;

/** `PFD:<anna@example.net>`: no flags before V1, and no colon is in them. */
const recipientLine = /^([A-Za-z]{0,26}):([^]*)$/;

/** The value of a macro. @param name as it stands there: a long one in braces, a single character without them */
export const macroIn = ({macros}: Pick<ControlLines, 'macros'>, name: string): string | undefined =>
  macros.find((each) => each.startsWith(name))?.slice(name.length);

/** @param text a whole control file; @param end where its last line begins */
export function readLines(text: string, end: number): ControlLines {
  const reader = new Reader();
  // The first one has the version.
  let at = text.indexOf('\n') + 1;
  while (at < end && text[at] !== 'H') {
    const stop = Math.min(endOfLine(text, at), end);
    reader.take(text.charAt(at), text.slice(at + 1, stop));
    at = stop + 1;
  }
  return reader.lines(at);
}

class Reader {
  readonly #macros: string[] = [];
  readonly #recipients: Recipient[] = [];
  #recipientCount = 0;
  /** What the last `M` says, until it is known whose it is. */
  #why = '';
  #isOfMessage = true;
  /** Of the letters that stand there once, the first one counts. */
  readonly #single: Record<SingleLetter, string | undefined> = {
    ...{T: undefined, K: undefined, N: undefined, P: undefined, M: undefined, F: undefined},
    ...{S: undefined, A: undefined, d: undefined, q: undefined},
  };

  take(letter: string, rest: string): void {
    switch (letter) {
      case 'R':
        this.#recipient(rest);
        break;
      case '$':
        if (this.#macros.length < mostMacros) this.#macros.push(rest);
        break;
      case 'M':
        // Above the sender it is the message's, above a recipient the recipient's.
        if (this.#isOfMessage) this.#single.M ??= rest;
        else this.#why = rest;
        break;
      case 'S':
        this.#single.S ??= rest;
        this.#isOfMessage = false;
        break;
      case 'T':
      case 'K':
      case 'N':
      case 'P':
      case 'F':
      case 'A':
      case 'd':
      case 'q':
        this.#single[letter] ??= rest;
        break;
    }
  }

  #recipient(rest: string): void {
    this.#recipientCount += 1;
    const [, flags = '', address = rest] = recipientLine.exec(rest) ?? [];
    if (this.#recipients.length < mostRecipients) {
      this.#recipients.push({address, flags, why: this.#why});
    }
    this.#why = '';
  }

  lines(headersAt: number): ControlLines {
    const {T, K, N, P, F = '', S = '', M = '', q = '', A = '', d = ''} = this.#single;
    const lastTry = number(K);
    return {
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
      headersAt,
    };
  }
}

type SingleLetter = 'T' | 'K' | 'N' | 'P' | 'M' | 'F' | 'S' | 'A' | 'd' | 'q';

const number = (text = ''): number => (/^-?\d{1,12}$/.test(text) ? Number(text) : 0);
