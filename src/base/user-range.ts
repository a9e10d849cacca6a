/**
 * Which user ids belong to one user. A user may own a range of ids for containers (subuid(5)), and
 * so act as many users. Where users share a limited resource, a range gets one share.
 */

/** Ids from here on are given out in ranges of this size. A count: the default of useradd(8). */
const rangeSize = 65_536;

/** @returns undefined if the id is a user of its own */
export const rangeOf = (uid: number): number | undefined =>
  uid >= rangeSize ? Math.floor(uid / rangeSize) : undefined;

/** One number for all ids of a range; any other id stands for itself. */
export function shareHolder(uid: number): number {
  const range = rangeOf(uid);
  return range === undefined ? uid : -1 - range;
}
