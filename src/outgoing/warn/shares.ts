/**
 * Counts how much each user has used of something scarce, so that no user takes all of it. A user who owns a
 * range of user ids for containers (subuid(5)) can act under each of these ids. So the whole range has one share.
 * The caller decides what is shared, and how much of it there is.
 */
import {rangeOf} from '../../base/user-range.js';

interface ShareBounds {
  readonly ofUser: number;
  readonly ofRange: number;
}

export class UserShares {
  readonly #bounds: ShareBounds;
  readonly #users = new Map<number, number>();
  readonly #ranges = new Map<number, number>();

  /** @param bounds counts; a range has more than one user */
  constructor(bounds: ShareBounds) {
    this.#bounds = bounds;
  }

  /** Whether the user has used up the share. @param uid below 0: the user is not known */
  isUsedUp(uid: number): boolean {
    if ((this.#users.get(uid) ?? 0) >= this.#bounds.ofUser) return true;
    const range = rangeOf(uid);
    return range !== undefined && (this.#ranges.get(range) ?? 0) >= this.#bounds.ofRange;
  }

  take(uid: number): void {
    this.#add(uid, 1);
  }

  giveBack(uid: number): void {
    this.#add(uid, -1);
  }

  clear(): void {
    this.#users.clear();
    this.#ranges.clear();
  }

  #add(uid: number, count: number): void {
    const range = rangeOf(uid);
    add(this.#users, uid, count);
    if (range !== undefined) add(this.#ranges, range, count);
  }
}

function add(counts: Map<number, number>, key: number, count: number): void {
  const now = (counts.get(key) ?? 0) + count;
  if (now > 0) counts.set(key, now);
  else counts.delete(key);
}
