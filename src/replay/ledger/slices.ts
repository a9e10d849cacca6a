/**
 * Three counts for each slice of a log (`replay/log-days.ts`), in one row of numbers: slice, first, second, third, and
 * so on. Most clients are seen in one slice or two, and there are a hundred thousand of them.
 */

/** Numbers of one slice in a row. */
const inSlice = 4;

type Place = 1 | 2 | 3;

/** Slices only grow, so the last one is the present one, or a new one follows. */
export function addInSlice(row: number[], slice: number, place: Place): void {
  let at = row.length - inSlice;
  if (at < 0 || row[at] !== slice) {
    at = row.length;
    row.push(slice, 0, 0, 0);
  }
  row[at + place] = row[at + place]! + 1;
}

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
