/**
 * Measures whether work grows with its input or faster. It compares the costs of an input and of one that is four times
 * as long, and never a time with a bound. Quadratic work costs sixteen times as much.
 */

/** The least of several measurements, because other work on the machine can only add time. Ms for one call. */
function cost(work: () => void, rounds: number): number {
  let least = Infinity;
  for (let round = 0; round < rounds; round++) {
    const before = performance.now();
    let [calls, spent] = [0, 0];
    while (calls < mostCalls && spent < roundMs) {
      work();
      calls += 1;
      spent = performance.now() - before;
    }
    least = Math.min(least, spent / calls);
  }
  return least;
}

/** A measurement has at most so many calls, and stops earlier if they are long. A count; ms. */
const mostCalls = 20;
const roundMs = 5;

/** A shorter time measures the clock, and not the work. Ms. */
const leastMs = 0.004;

/** Work that looks too expensive is measured again so often, each time for longer. A count. */
const attempts = 6;

/** Between four, which is linear, and sixteen, which is quadratic. A ratio: the engine also compiles code meanwhile. */
export const mostGrowth = 11;

export type Work = (length: number) => () => void;

/**
 * How many times as much the long input costs. Both are measured in turn, so that a machine that is slow for a while
 * slows down both. Of each the least of all measurements counts, so more measurements can only improve it.
 */
export function growth(make: Work, length: number): number {
  const [short, long] = [make(length), make(4 * length)];
  const least = {short: Infinity, long: Infinity};
  let ratio = Infinity;
  for (let attempt = 1; attempt <= attempts && ratio >= mostGrowth; attempt++) {
    for (let turn = 0; turn < attempt; turn++) {
      least.short = Math.min(least.short, cost(short, 3));
      least.long = Math.min(least.long, cost(long, 5));
    }
    ratio = Math.max(least.long, leastMs) / Math.max(least.short, leastMs);
  }
  return ratio;
}

/** @returns a text with the growth if it is more than that of the input; undefined: the work is linear */
export function superlinear(make: Work, length: number): string | undefined {
  const grows = growth(make, length);
  if (grows < mostGrowth) return undefined;
  // Quadratic work is quadratic at each length, so a longer input must show it too.
  const longer = growth(make, 4 * length);
  if (longer < mostGrowth) return undefined;
  return `grows by ${grows.toFixed(1)}, then by ${longer.toFixed(1)}`;
}
