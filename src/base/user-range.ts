/**
 * Which user ids belong to one user. A user may have a range of ids for containers (subuid(5)), and
 * so act as many users. Where users share something, a range gets one share.
 */

/** Numbers from here on are given out in ranges, of so many each. A count: as useradd(8) does. */
const rangeSize = 65_536;

/** @returns undefined for a number that is a user by itself */
export const rangeOf = (uid: number): number | undefined =>
  uid >= rangeSize ? Math.floor(uid / rangeSize) : undefined;

/** One number for all users of a range; of other users their own. */
export function shareHolder(uid: number): number {
  const range = rangeOf(uid);
  return range === undefined ? uid : -1 - range;
}
