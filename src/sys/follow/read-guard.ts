/**
 * The last bytes read of a file: shows whether the file still holds them, and if it was cut, up to
 * which line it is the same as before. The caller decides what to do then.
 */

/** Compared before each read. Bytes: enough that two lines with one time stamp differ. */
export const guardBytes = 64;
/** Remembered word for word: within these a cut is placed exactly. Bytes; 256 files hold 2 MB. */
export const recentBytes = 8 * 1024;
/** Before these, only the guards of some places are: a cut there is known to the place before it. */
const mostMarks = 64;
/** Between two such places, at first; doubled whenever there are too many. Bytes. */
const firstSpacingBytes = 64 * 1024;

/** The bytes of a file at a position; fewer where it ends. */
export type ReadAt = (position: number, length: number) => Buffer;

interface Mark {
  readonly offset: number;
  readonly guard: Buffer;
}

export class ReadGuard {
  #recent: Buffer = Buffer.alloc(0);
  #marks: Mark[] = [];
  #spacingBytes = firstSpacingBytes;

  get guard(): Buffer {
    return this.#recent.subarray(-guardBytes);
  }

  startBehind(before: Buffer): void {
    this.#recent = Buffer.from(before.subarray(-recentBytes));
    this.#marks = [];
  }

  /** @param offset behind the chunk */
  add(chunk: Buffer, offset: number): void {
    const recent = chunk.length < recentBytes ? Buffer.concat([this.#recent, chunk]) : chunk;
    // A copy: the chunk is part of a much larger buffer.
    this.#recent = Buffer.from(recent.subarray(-recentBytes));
    if (offset - (this.#marks.at(-1)?.offset ?? 0) < this.#spacingBytes) return;
    if (this.#recent.at(-1) === newline) {
      this.#marks.push({offset, guard: Buffer.from(this.guard)});
    }
    if (this.#marks.length <= mostMarks) return;
    this.#marks = this.#marks.filter((_, index) => index % 2 === 1);
    this.#spacingBytes *= 2;
  }

  /**
   * @param end the offset behind what was read
   * @returns the end of the last line that is still the same; 0 when no line is known to be
   */
  keptTo(end: number, readAt: ReadAt): number {
    const start = end - this.#recent.length;
    const same = commonLength(this.#recent, readAt(start, this.#recent.length));
    const lines = this.#recent.subarray(0, same).lastIndexOf(newline) + 1;
    // A few equal bytes may be chance, except at the very start.
    if (lines >= guardBytes || (start === 0 && lines > 0)) return start + lines;
    const holds = ({offset, guard}: Mark): boolean =>
      readAt(offset - guard.length, guard.length).equals(guard);
    return this.#marks.findLast(holds)?.offset ?? 0;
  }
}

/** How many bytes at the start of the two are the same: halved, not counted byte by byte. */
function commonLength(a: Buffer, b: Buffer): number {
  let same = 0;
  let differs = Math.min(a.length, b.length) + 1;
  while (differs - same > 1) {
    const middle = (same + differs) >> 1;
    if (a.subarray(same, middle).equals(b.subarray(same, middle))) same = middle;
    else differs = middle;
  }
  return same;
}

const newline = 0x0a;
