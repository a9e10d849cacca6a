/**
 * Cuts a stream of bytes into lines, with a bound on the bytes in memory. Gives the same lines
 * wherever the stream is split into chunks. Does not know where the bytes come from, nor what a line
 * means.
 */

/** One line of the stream. */
export type CutLine =
  /**
   * `text`: without the newline. `atBytes`: where the line begins, counted from the start of the chunk;
   * negative if its beginning was in an earlier chunk.
   */
  | {readonly kind: 'line'; readonly text: string; readonly atBytes: number}
  /** The line is longer than the bound, and is left out. Given once, as soon as that is known, before its end. */
  | {readonly kind: 'tooLong'; readonly atBytes: number};

export class LineCutter {
  readonly #mostBytes: number;
  readonly #encoding: 'latin1' | 'utf8';
  /** The beginning of a line whose end has not come yet. */
  #held: Buffer[] = [];
  #heldBytes = 0;
  #isWithinLongLine = false;

  /**
   * @param mostBytes in a line, without its newline; a longer line is left out
   * @param encoding `latin1` keeps each byte as one character
   */
  constructor(mostBytes: number, encoding: 'latin1' | 'utf8') {
    this.#mostBytes = mostBytes;
    this.#encoding = encoding;
  }

  /** Whether the stream is inside of a line that is too long. All bytes up to its end are dropped. */
  get isWithinLongLine(): boolean {
    return this.#isWithinLongLine;
  }

  /** The next bytes of the stream. @returns the lines that end in them */
  take(chunk: Buffer): CutLine[] {
    const cut: CutLine[] = [];
    let from = 0;
    for (let to = chunk.indexOf(newline); to >= 0; to = chunk.indexOf(newline, from)) {
      const atBytes = from - this.#heldBytes;
      if (this.#isWithinLongLine) this.#isWithinLongLine = false;
      else if (to - atBytes > this.#mostBytes) cut.push({kind: 'tooLong', atBytes});
      else cut.push({kind: 'line', text: this.#text(chunk, from, to), atBytes});
      this.giveBack();
      from = to + 1;
    }
    if (from < chunk.length) this.#hold(chunk.subarray(from), from, cut);
    return cut;
  }

  /**
   * Forgets the beginning of a line whose end has not come. For a stream whose next chunk begins with those bytes
   * again.
   *
   * @returns the number of these bytes
   */
  giveBack(): number {
    const bytes = this.#heldBytes;
    if (bytes > 0) [this.#held, this.#heldBytes] = [[], 0];
    return bytes;
  }

  /** Forgets everything: the stream starts again. */
  reset(): void {
    this.giveBack();
    this.#isWithinLongLine = false;
  }

  #text(chunk: Buffer, from: number, to: number): string {
    if (this.#heldBytes === 0) return chunk.toString(this.#encoding, from, to);
    return Buffer.concat([...this.#held, chunk.subarray(from, to)]).toString(this.#encoding);
  }

  #hold(rest: Buffer, from: number, cut: CutLine[]): void {
    if (this.#isWithinLongLine) return;
    if (this.#heldBytes + rest.length <= this.#mostBytes) {
      this.#held.push(rest);
      this.#heldBytes += rest.length;
      return;
    }
    cut.push({kind: 'tooLong', atBytes: from - this.#heldBytes});
    this.giveBack();
    this.#isWithinLongLine = true;
  }
}

const newline = 0x0a;
