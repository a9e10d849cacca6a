/**
 * Remembers the last bytes that were read of a file. Shows whether the file still has them, and, if it was cut, up to
 * which line it has not changed. The caller decides what to do then.
 */

/** Compared before each read. Bytes: enough that two lines with one time stamp differ. */
export const guardBytes = 64;
/** So many bytes are remembered in full, and the place of a cut in them is found exactly. Bytes; 256 files need 2 MB. */
export const recentBytes = 8 * 1024;
/** Before these, only the guards of so many places are remembered. A cut there is found only to the place before it. */
const mostMarks = 64;
/** The first distance between two such places. It is doubled whenever there are too many. Bytes. */
const firstSpacingBytes = 64 * 1024;

/** The bytes of a file at a position; fewer at the end of the file. */
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
    // A copy, because the chunk is part of a much larger buffer.
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
   * @returns the end of the last line that is still the same; 0 if no line surely is
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

/** The number of equal bytes at the start of both. Searches by halves, and not byte by byte. */
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
