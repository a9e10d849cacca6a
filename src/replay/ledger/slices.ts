/**
 * Three counts for each slice of a log (`replay/log-days.ts`), in one row of numbers: slice, first, second, third, and
 * so on. Most clients are seen in one slice or two, and there are a hundred thousand of them.
 */

/** Numbers of one slice in a row. */
const inSlice = 4;

type Place = 1 | 2 | 3;

/**
 * Slices only grow, so the last one is the present one, or a new one follows. The memory of a row
 * is exactly as long as the row: a `push` would reserve four times the room of a short one.
 *
 * @param row undefined: nothing was counted yet
 * @returns the row to keep instead
 */
export function addInSlice(row: number[] | undefined, slice: number, place: Place): number[] {
  const isPresent = row !== undefined && row[row.length - inSlice] === slice;
  const kept = isPresent ? row : withSlice(row, [slice, 0, 0, 0]);
  const at = kept.length - inSlice + place;
  kept[at] = kept[at]! + 1;
  return kept;
}

const withSlice = (row: number[] | undefined, added: number[]): number[] =>
  row === undefined ? added : row.concat(added);

/** Of slices from `first` to `last`. */
export function sumOfSlices(
  row: readonly number[] | undefined,
  place: Place,
  {first, last}: Slices,
): number {
  let sum = 0;
  for (let at = 0; row !== undefined && at < row.length; at += inSlice) {
    if (row[at]! >= first && row[at]! <= last) sum += row[at + place]!;
  }
  return sum;
}

export interface Slices {
  readonly first: number;
  readonly last: number;
}
