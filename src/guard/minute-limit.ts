/**
 * Limits the blocks made in a minute. A client beyond the limit is blocked at its next sign. Once a minute
 * is half full, one network gets no more than its share of it; otherwise an attacker with many addresses
 * would keep all other clients from being blocked. Counts minutes of the clock and not a span of time: a
 * clock that is set back cannot jam it.
 */
import {groupOf} from './places.js';

const minuteMs = 60_000;
/**
 * The share of a half-full minute that one network may take, and the least that it may take. A count; if
 * the limit is smaller, all of it.
 */
export const shareOfMinute = 1 / 4;
export const leastShare = 16;

export class MinuteLimit {
  readonly #most: number;
  /** The minute of the clock, and the blocks made in it. A restart begins at zero. */
  #minute = 0;
  #made = 0;
  /** The same by network: IPv4 /24, IPv6 /48. */
  readonly #madeIn = new Map<string, number>();
  /** Networks whose held-back blocks were reported in this minute. */
  readonly #reported = new Set<string>();

  /** @param most blocks that evidence can make in one minute. A count */
  constructor(most: number) {
    this.#most = most;
  }

  /** @returns `full`: the block is not made; `stillFull`: the same, and it was reported already */
  take(network: string, nowMs: number): 'free' | 'full' | 'stillFull' {
    const minute = Math.floor(nowMs / minuteMs);
    if (minute !== this.#minute) {
      [this.#minute, this.#made] = [minute, 0];
      this.#reported.clear();
      this.#madeIn.clear();
    }
    const group = groupOf(network);
    const madeIn = this.#madeIn.get(group) ?? 0;
    const share = Math.max(leastShare, this.#most * shareOfMinute);
    const isCrowding = this.#made >= this.#most / 2 && madeIn >= share;
    if (this.#made < this.#most && !isCrowding) {
      this.#made += 1;
      this.#madeIn.set(group, madeIn + 1);
      return 'free';
    }
    if (this.#reported.has(network)) return 'stillFull';
    // At most as many networks are remembered as blocks can be made in a minute, so this set is limited
    // too.
    if (this.#reported.size < this.#most) this.#reported.add(network);
    return 'full';
  }
}
