/**
 * Keeps the book of a log's lines: which must be seen, which cannot be any more, and whether the
 * follower must report that. What happens to the log is for `log-model.ts`.
 */

/** What has been written to one file since it was made or cut. */
export interface Generation {
  readonly id: number;
  /** Of the line that is not finished. */
  half: string;
  sizeBytes: number;
  readonly lines: WrittenLine[];
}

export interface WrittenLine {
  readonly text: string;
  readonly generation: Generation;
  readonly endBytes: number;
  /** How many were written before. */
  readonly order: number;
  /** Given, and the place behind it saved. */
  isCommitted: boolean;
  /** Its bytes are nowhere any more. */
  isExcused: boolean;
  /** What was read of its file before it was cut looks the same as what was not. */
  mayComeTwice: boolean;
}

export class LineBook {
  readonly lines = new Map<string, WrittenLine>();
  /** By name: the log and what it was rotated into. */
  readonly names = new Map<string, Generation>();
  /** Generations that an open reader can read although they have no name. */
  readonly #held = new Set<Generation>();
  /** Generations cut at a place that only a living reader knows. */
  readonly cut = new Set<Generation>();
  /** Those that were cut behind the place that is saved. */
  readonly #cutSince = new Set<Generation>();
  /** Lines of which at least one was lost where the reader can know: counted, to be reported. */
  readonly mustBeSaid = new Set<WrittenLine>();

  isBeingRead = false;

  /** It has looked: what stands there with lines for it is open, once the log itself is there. */
  looked(isNamed: 'named' | 'nameless'): void {
    this.isBeingRead = true;
    if (isNamed === 'named')
      for (const generation of this.names.values()) this.#held.add(generation);
    for (const generation of this.cut) this.#cutSince.add(generation);
    this.cut.clear();
  }

  /** The place is saved. */
  committed(): void {
    this.#cutSince.clear();
  }

  /** It has ended: it finds again what has a name only. */
  crashed(): void {
    this.isBeingRead = false;
    this.confuse();
    const held = [...this.#held];
    this.#held.clear();
    for (const generation of held) if (!this.isSomewhere(generation)) this.destroyed(generation);
  }

  /** What was cut and not looked at yet is known by nobody. */
  confuse(): void {
    for (const generation of [...this.cut, ...this.#cutSince]) {
      for (const line of generation.lines) line.mayComeTwice = true;
    }
  }

  isSomewhere(generation: Generation): boolean {
    return this.#held.has(generation) || [...this.names.values()].includes(generation);
  }

  /**
   * Its file was cut under an open reader, which has the copy, if any, only when it looks again.
   */
  cutAway(generation: Generation): void {
    this.#held.delete(generation);
  }

  destroyed(generation: Generation): void {
    this.#held.delete(generation);
    this.excuse(generation.lines);
  }

  excuse(lines: readonly WrittenLine[]): void {
    const lost = lines.filter((line) => !line.isCommitted);
    // A place within the file is known, so the follower can know that its lines are gone.
    const canBeKnown = lines.some((line) => line.isCommitted);
    for (const line of lost) {
      line.isExcused = true;
      if (canBeKnown) this.mustBeSaid.add(line);
    }
  }

  addLine(line: Pick<WrittenLine, 'text' | 'generation' | 'endBytes'>): void {
    const isGone = !this.isSomewhere(line.generation);
    // Only its newline was cut off and is written again: another line to a reader that looked
    // between.
    const same = this.lines.get(line.text);
    const order = same?.order ?? this.lines.size;
    const mayComeTwice = same !== undefined;
    const added = {...line, order, isCommitted: false, isExcused: isGone, mayComeTwice};
    this.lines.set(line.text, added);
    line.generation.lines.push(added);
  }
}
