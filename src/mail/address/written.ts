/**
 * An address as a client wrote it, character by character: which of them mean something to the mailer and which
 * are only themselves. Read as sendmail reads it (parseaddr.c prescan()), whose rules let most pass: comments nest,
 * a backslash takes its meaning from whatever follows, quotes take it from all but those two. One pass, so that
 * its time grows with the length alone.
 *
 * Not decided here: which mailbox it is (`plain-address.ts`), and where in a line of a log it stands.
 */

/** Texts are read as the log shows them: a backslash is two, `\001` and `\t` are one character each. */
interface Unit {
  readonly character: string;
  /** Of the text, in characters. */
  readonly length: number;
}

/** What it does: `plain` has its meaning, if it has one. */
type CharacterKind = 'plain' | 'quoted' | 'escaped';

export interface Written {
  /** One string each, without comments and quotes; a tab or newline outside of quotes is a blank. */
  readonly characters: readonly string[];
  readonly kinds: readonly CharacterKind[];
}

class Reader {
  readonly #text: string;
  readonly #keeps: 'characters' | 'nothing';
  readonly characters: string[] = [];
  readonly kinds: CharacterKind[] = [];
  #comments = 0;
  #angles = 0;
  #quotes: 'open' | 'none' = 'none';

  constructor(text: string, keeps: 'characters' | 'nothing') {
    [this.#text, this.#keeps] = [text, keeps];
  }

  /** @returns where the first blank is that nothing encloses; the length where there is none; undefined: unbalanced */
  run(): number | undefined {
    for (let at = 0; at < this.#text.length;) {
      let character = this.#text.charAt(at);
      let length = 1;
      if (character === '\\') {
        const unit = unitAt(this.#text, at);
        ({character, length} = unit);
        if (character === '\\') {
          const next = at + length;
          if (next >= this.#text.length) return undefined;
          const meant = unitAt(this.#text, next);
          if (this.#comments === 0) this.#push(meant.character, 'escaped');
          at = next + meant.length;
          continue;
        }
      }
      const took = this.#take(character);
      if (took === 'unbalanced') return undefined;
      if (took === 'blank') return at;
      at += length;
    }
    return this.isOpen() ? undefined : this.#text.length;
  }

  isOpen(): boolean {
    return this.#quotes === 'open' || this.#comments > 0 || this.#angles > 0;
  }

  #take(character: string): 'goesOn' | 'unbalanced' | 'blank' {
    if (this.#quotes === 'open') {
      if (character === '"') this.#quotes = 'none';
      else this.#push(character, 'quoted');
      return 'goesOn';
    }
    if (character === '(') this.#comments += 1;
    else if (character === ')') {
      if (this.#comments === 0) return 'unbalanced';
      this.#comments -= 1;
    } else if (this.#comments === 0) return this.#takeOutside(character);
    return 'goesOn';
  }

  #takeOutside(character: string): 'goesOn' | 'unbalanced' | 'blank' {
    if (character === '"') {
      this.#quotes = 'open';
      return 'goesOn';
    }
    if (isBlank(character)) {
      if (this.#angles === 0) return 'blank';
      this.#push(' ', 'plain');
      return 'goesOn';
    }
    if (character === '<') this.#angles += 1;
    if (character === '>') {
      if (this.#angles === 0) return 'unbalanced';
      this.#angles -= 1;
    }
    this.#push(character, 'plain');
    return 'goesOn';
  }

  #push(character: string, kind: CharacterKind): void {
    if (this.#keeps === 'nothing') return;
    this.characters.push(character);
    this.kinds.push(kind);
  }
}

/** @returns undefined where it is not one address: something is left open, or a blank stands outside of everything */
export function readWritten(text: string): Written | undefined {
  const whole = text.trim();
  const reader = new Reader(whole, 'characters');
  return reader.run() === whole.length ? reader : undefined;
}

/**
 * How long the address is with which a text begins: it ends at a blank that nothing encloses, as in a command.
 *
 * @returns undefined where something is never closed, or closed that was not open
 */
export const writtenLength = (text: string): number | undefined =>
  new Reader(text, 'nothing').run();

/** Whether no blank stands outside of everything, in the beginning of an address that may go on. */
export function mayGoOn(text: string): boolean {
  const reader = new Reader(text, 'nothing');
  const end = reader.run();
  return end === text.length || (end === undefined && reader.isOpen());
}

/** A blank, or one of tab, newline and their kind. */
function isBlank(character: string): boolean {
  const code = character.charCodeAt(0);
  return code === 32 || (code >= 9 && code <= 13);
}

/** util.c str2prt(): three octal digits, or a letter for the usual ones. */
const octal = /[0-7]{3}/y;
const letters: Readonly<Record<string, string>> = {t: '\t', n: '\n', r: '\r'};

function unitAt(text: string, at: number): Unit {
  const character = text.charAt(at);
  if (character !== '\\') return {character, length: 1};
  const next = text.charAt(at + 1);
  if (next === '\\') return {character: '\\', length: 2};
  const control = letters[next];
  if (control !== undefined) return {character: control, length: 2};
  octal.lastIndex = at + 1;
  const digits = octal.exec(text)?.[0];
  if (digits !== undefined) return {character: String.fromCharCode(parseInt(digits, 8)), length: 4};
  return {character: '\\', length: 1};
}
