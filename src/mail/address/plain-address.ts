/**
 * One text for one mailbox, however a client writes it, so that a name counts once: for mail it took, and against
 * who guesses it. Two mailboxes never get one text, or a guesser could dress all names as one; so what cannot be
 * read for sure stays as it is. Not decided here: whether it is a name at all, and whether two domains are the
 * same host.
 *
 * A single backslash in the text is one that the log shows as two (`written.ts`).
 */
import {readWritten, type Written} from './written.js';

/** sendmail takes 256 characters (MAXNAME), of which the log shows each as four at most. Characters. */
export const longestAddress = 1100;

/** Nothing to be left out, as in most. */
const isPlain = /^<[^\s"()<>+%!@,:;\\]+(?:@[^\s"()<>+%!@,:;\\]*[^\s"()<>+%!@,:;\\.])?>$/;

/**
 * The mailbox of an address, without what a client can vary at will: case, quotes, comments, blanks
 * around it, angle brackets and the text before and behind them, `+detail`, routes (`@host:anna@…`,
 * `host!anna`, `anna%host`), a dot at the end.
 */
export function plainAddress(text: string): string {
  const kind = kindOf(text);
  if (kind === 'plain') return text;
  if (kind === 'capitals' || isPlain.test(text)) return text.toLowerCase();
  const written = text.length > longestAddress ? undefined : readWritten(text);
  const plain = written && mailboxOf(new Characters(written));
  return plain ?? asItIs(text);
}

/** Nothing in it means anything. */
const asItIs = (text: string): string =>
  `<${text.trim().toLowerCase().replaceAll(meaningAnywhere, escape)}>`;

/** @returns undefined where the text does not decide it */
function mailboxOf(all: Characters): string | undefined {
  // cf: `R$+ < $* >`, `R< $* > $+`: the innermost brackets hold it.
  const open = all.lastIndexOf('<');
  const close = open < 0 ? -1 : all.indexOf('>', open);
  let address = (open < 0 ? all : all.slice(open + 1, close)).trimmed();
  // cf: `R@ $+ : $+`, again and again.
  while (address.beginsWith('@')) {
    const end = address.indexOfAny([':', ',']);
    if (end < 0) return undefined;
    address = address.slice(end + 1).trimmed();
  }
  const at = address.lastIndexOf('@');
  const user = userOf((at < 0 ? address : address.slice(0, at)).trimmed());
  const domain = at < 0 ? '' : domainOf(address.slice(at + 1));
  return `<${user}${domain}>`.toLowerCase();
}

const domainOf = (domain: Characters): string => {
  const text = domain.text().replaceAll(' ', '');
  let end = text.length;
  while (text[end - 1] === '.') end -= 1;
  return `@${text.slice(0, end)}`;
};

/** What is there of a user without host and detail; all of it where nothing would be left. */
function userOf(whole: Characters): string {
  // cf: `R$- < @ $=w . >`, `dequote`: what is in quotes is read again without them.
  const user = whole.unquoted();
  // A colon takes away what stands before it, or what stands behind it: who knows.
  if (user.indexOf(':') >= 0) return user.text();
  const behind = user.slice(user.lastIndexOf('!') + 1).trimmed();
  const local = behind.length === 0 ? user : behind;
  const percent = local.indexOf('%');
  const name = percent < 0 ? local : local.slice(0, percent);
  // cf: `R$+ + $*`: a plus with which a name begins is part of it.
  const plus = name.indexOf('+', 1);
  const bare = (plus < 0 ? name : name.slice(0, plus)).trimmed();
  return bare.length === 0 ? user.text() : bare.text();
}

/** Part of an address: characters, and which of them mean something. */
class Characters {
  readonly #written: Written;
  readonly #begin: number;
  readonly #end: number;

  constructor(written: Written, begin = 0, end = written.characters.length) {
    this.#written = written;
    this.#begin = begin;
    this.#end = end;
  }

  get length(): number {
    return this.#end - this.#begin;
  }

  beginsWith(character: string): boolean {
    return this.length > 0 && this.#is(0, character);
  }

  indexOf(character: string, from = 0): number {
    for (let at = from; at < this.length; at++) if (this.#is(at, character)) return at;
    return -1;
  }

  indexOfAny(characters: readonly (string | undefined)[]): number {
    for (let at = 0; at < this.length; at++) {
      if (characters.includes(this.#plainAt(at))) return at;
    }
    return -1;
  }

  lastIndexOf(character: string): number {
    for (let at = this.length - 1; at >= 0; at--) if (this.#is(at, character)) return at;
    return -1;
  }

  slice(begin: number, end = this.length): Characters {
    return new Characters(this.#written, this.#begin + begin, this.#begin + end);
  }

  trimmed(): Characters {
    let [begin, end] = [0, this.length];
    while (begin < end && this.#is(begin, ' ')) begin += 1;
    while (end > begin && this.#is(end - 1, ' ')) end -= 1;
    return this.slice(begin, end);
  }

  /** Without their quotes, where nothing in them needs any but a detail. */
  unquoted(): Characters {
    const kinds = this.#written.kinds.slice(this.#begin, this.#end);
    const characters = this.#written.characters.slice(this.#begin, this.#end);
    const isSimple = characters.every((character) => /^[\w.+=-]$/.test(character));
    if (!isSimple || !kinds.every((kind) => kind === 'quoted')) return this;
    return new Characters({characters, kinds: kinds.map(() => 'plain')});
  }

  /** With two backslashes, as in a log, before what would mean something without. */
  text(): string {
    const {characters, kinds} = this.#written;
    let text = '';
    for (let at = this.#begin; at < this.#end; at++) {
      const character = characters[at] ?? '';
      text +=
        kinds[at] === 'plain' || !meaning.test(character) ? shown(character) : escape(character);
    }
    return text;
  }

  #is(at: number, character: string): boolean {
    return this.#plainAt(at) === character;
  }

  #plainAt(at: number): string | undefined {
    const {characters, kinds} = this.#written;
    return kinds[this.#begin + at] === 'plain' ? characters[this.#begin + at] : undefined;
  }
}

const meaning = /[\s"()<>+%!@,:;\\]/;
const meaningAnywhere = new RegExp(meaning.source, 'g');

const escape = (character: string): string => `\\\\${shown(character)}`;

/** As the log shows it. */
const shown = (character: string): string => (character === '\\' ? '\\\\' : character);

/**
 * Whether all characters of a text are ones of which nothing is to be left out, and some are capitals:
 * asked of each name, and faster than an expression. `other`: maybe not.
 */
function kindOf(text: string): 'plain' | 'capitals' | 'other' {
  const last = text.length - 1;
  if (last < 2 || text.charCodeAt(0) !== 60 || text.charCodeAt(last) !== 62) return 'other';
  if (text.charCodeAt(last - 1) === 46) return 'other';
  let hasCapitals = false;
  let ats = 0;
  for (let at = 1; at < last; at++) {
    const code = text.charCodeAt(at);
    if (code > 126 || kinds[code] === 0) return 'other';
    if (kinds[code] === 2) hasCapitals = true;
    if (code === 64 && (at === 1 || ++ats > 1)) return 'other';
  }
  return hasCapitals ? 'capitals' : 'plain';
}

/** Of each ASCII character: 0 is not plain, 2 is a capital letter. */
const kinds = Uint8Array.from({length: 127}, (_, code) => {
  const character = String.fromCharCode(code);
  if (!/[^\s"()<>+%!,:;\\]/.test(character) || code < 33) return 0;
  return /[A-Z]/.test(character) ? 2 : 1;
});
