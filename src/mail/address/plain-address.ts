/**
 * Gives each mailbox one text, however a client writes it, so that a name counts once: as a name that took mail,
 * and against a client that guesses it. Two mailboxes never get the same text, or a guesser could disguise all
 * names as one. So an address that cannot be read with certainty stays as it is. Others decide whether it is a
 * name at all, and whether two domains are the same host.
 *
 * The log shows a backslash as two; the text here has one (`written.ts`).
 */
import {readWritten, type Written} from './written.js';

/** The longest address. Characters: sendmail takes 256 (MAXNAME), each of which the log shows as at most four. */
export const longestAddress = 1100;

/** Most addresses have nothing to leave out. */
const isPlain = /^<[^\s"()<>+%!@,:;\\]+(?:@[^\s"()<>+%!@,:;\\]*[^\s"()<>+%!@,:;\\.])?>$/;

/**
 * The mailbox of an address, without what a client can vary at will: case, quotes, comments, blanks around it,
 * angle brackets and the text before and after them, `+detail`, routes (`@host:anna@…`, `host!anna`,
 * `anna%host`), a trailing dot.
 */
export function plainAddress(text: string): string {
  const kind = kindOf(text);
  if (kind === 'plain') return text;
  if (kind === 'capitals' || isPlain.test(text)) return text.toLowerCase();
  const plain = readMailbox(text);
  // What is left may mean something else when it is read again, `<@@>` of `!@@`: then the text is ambiguous.
  const isSure = plain !== undefined && (kindOf(plain) === 'plain' || readMailbox(plain) === plain);
  return isSure ? plain : asItIs(text);
}

/** @returns undefined: the text is ambiguous */
function readMailbox(text: string): string | undefined {
  const written = text.length > longestAddress ? undefined : readWritten(text);
  return written && mailboxOf(new Characters(written));
}

/** The whole text, in which no character has a special meaning. */
const asItIs = (text: string): string =>
  `<${text.trim().toLowerCase().replaceAll(meaningAnywhere, escape)}>`;

/** @returns undefined: the text is ambiguous */
function mailboxOf(all: Characters): string | undefined {
  // cf: `R$+ < $* >`, `R< $* > $+`: the innermost brackets contain the mailbox.
  const open = all.lastIndexOf('<');
  const close = open < 0 ? -1 : all.indexOf('>', open);
  let address = (open < 0 ? all : all.slice(open + 1, close)).trimmed();
  // cf: `R@ $+ : $+`, repeatedly.
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

/** The user without host and detail; the whole text if nothing would be left. */
function userOf(whole: Characters): string {
  // cf: `R$- < @ $=w . >`, `dequote`: text in quotes is read again without them.
  const user = whole.unquoted();
  // A colon drops either what precedes it or what follows it; it is unknown which.
  if (user.indexOf(':') >= 0) return user.text();
  const behind = user.slice(user.lastIndexOf('!') + 1).trimmed();
  const local = behind.length === 0 ? user : behind;
  const percent = local.indexOf('%');
  const name = percent < 0 ? local : local.slice(0, percent);
  // cf: `R$+ + $*`: a plus at the beginning is part of the name.
  const plus = name.indexOf('+', 1);
  const bare = (plus < 0 ? name : name.slice(0, plus)).trimmed();
  return bare.length === 0 ? user.text() : bare.text();
}

/** A part of an address: its characters, and which of them have a special meaning. */
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

  /** Removes the quotes, unless a quoted character needs them; a plus does not count. */
  unquoted(): Characters {
    const kinds = this.#written.kinds.slice(this.#begin, this.#end);
    const characters = this.#written.characters.slice(this.#begin, this.#end);
    const isSimple = characters.every((character) => /^[\w.+=-]$/.test(character));
    if (!isSimple || !kinds.every((kind) => kind === 'quoted')) return this;
    return new Characters({characters, kinds: kinds.map(() => 'plain')});
  }

  /** With a doubled backslash, as in a log, before each character that would otherwise have a special meaning. */
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

/** A character as the log shows it. */
const shown = (character: string): string => (character === '\\' ? '\\\\' : character);

/**
 * Whether nothing in the text can be left out, and whether it has capitals. Called for each name, and faster than
 * a regular expression. `other`: something may have to be left out.
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

/** For each ASCII character: 0 is not plain, 2 is a capital letter. */
const kinds = Uint8Array.from({length: 127}, (_, code) => {
  const character = String.fromCharCode(code);
  if (!/[^\s"()<>+%!,:;\\]/.test(character) || code < 33) return 0;
  return /[A-Z]/.test(character) ? 2 : 1;
});
