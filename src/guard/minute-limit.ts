/**
 * Holds blocks back that come too fast: so many in a minute are made, and who is beyond them is blocked by
 * its next sign. Minutes of the clock and not a span of time: a clock that is set back cannot jam it.
 */

const minuteMs = 60_000;

export class MinuteLimit {
  readonly #most: number;
  /** The minute of the clock, and the blocks made in it. A restart begins it anew. */
  #minute = 0;
  #made = 0;
  /** Who was told of in this minute. */
  readonly #told = new Set<string>();

  /** @param most blocks that evidence can make in one minute. A count */
  constructor(most: number) {
    this.#most = most;
  }

  /** @returns `full`: this block is not made; `stillFull`: and it was told of already */
  take(network: string, nowMs: number): 'free' | 'full' | 'stillFull' {
    const minute = Math.floor(nowMs / minuteMs);
    if (minute !== this.#minute) {
      [this.#minute, this.#made] = [minute, 0];
      this.#told.clear();
    }
    if (this.#made < this.#most) {
      this.#made += 1;
      return 'free';
    }
    if (this.#told.has(network)) return 'stillFull';
    // As many networks are remembered as can be blocked in a minute: this set is bounded too.
    if (this.#told.size < this.#most) this.#told.add(network);
    return 'full';
  }
}
