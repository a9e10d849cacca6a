/**
 * An address as a client wrote it, character by character: which characters have a special meaning for the mailer,
 * and which stand for themselves. Follows sendmail (parseaddr.c prescan()), which accepts the most: comments nest,
 * a backslash makes the next character ordinary, quotes make all characters ordinary except backslash and quote.
 * One pass, so the time is proportional to the length.
 *
 * `plain-address.ts` decides which mailbox it is; others find the address in a log line.
 */

/** Text is read as the log shows it: two backslashes, `\001` and `\t` are one character each. */
interface Unit {
  readonly character: string;
  /** In the text. Characters. */
  readonly length: number;
}

/** `plain`: the character has its special meaning, if it has one. */
type CharacterKind = 'plain' | 'quoted' | 'escaped';

export interface Written {
  /**
   * One string for each character, without comments and quotes; a tab or newline outside of quotes becomes a blank.
   */
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

  /**
   * @returns the place of the first blank that nothing encloses, or the length; undefined: something is unbalanced
   */
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

/** @returns undefined unless it is one address: something is left open, or a blank stands outside of everything */
export function readWritten(text: string): Written | undefined {
  const whole = text.trim();
  const reader = new Reader(whole, 'characters');
  return reader.run() === whole.length ? reader : undefined;
}

/**
 * The length of the address with which a text begins. It ends at a blank that nothing encloses, as in a command.
 *
 * @returns undefined: something is never closed, or is closed but was not open
 */
export const writtenLength = (text: string): number | undefined =>
  new Reader(text, 'nothing').run();

/** Whether this can be the beginning of an address: it has no blank outside of everything. */
export function mayGoOn(text: string): boolean {
  const reader = new Reader(text, 'nothing');
  const end = reader.run();
  return end === text.length || (end === undefined && reader.isOpen());
}

/** A blank, a tab, a newline or the like. */
function isBlank(character: string): boolean {
  const code = character.charCodeAt(0);
  return code === 32 || (code >= 9 && code <= 13);
}

/** util.c str2prt(): three octal digits, or a letter for common characters. */
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
