/**
 * Whether work grows with its input or faster: the costs of an input and of one four times as long are
 * compared, and never a time with a bound. What is quadratic costs sixteen times as much.
 */

/** The least of several measurements: what else the machine does only adds. Ms for one call. */
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

/** Calls of one measurement, as long as they are short. A count; ms. */
const mostCalls = 20;
const roundMs = 5;

/** Below so much it is the clock that is measured. Ms. */
const leastMs = 0.004;

/** How often what looks too dear is measured again, each time longer than before. A count. */
const attempts = 6;

/** Between four, which is linear, and sixteen; what is read the first time is compiled meanwhile. A ratio. */
export const mostGrowth = 11;

export type Work = (length: number) => () => void;

/**
 * How many times as much the long input costs. Both are measured in turn, so that a machine that is slow for a while
 * is slow for both; of each the least of all measurements counts, and more of them can only make it truer.
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

/** @returns what it grows by where that is more than the input; undefined: it is linear */
export function superlinear(make: Work, length: number): string | undefined {
  const grows = growth(make, length);
  if (grows < mostGrowth) return undefined;
  // A longer one must be as dear: what is quadratic is so at each length.
  const longer = growth(make, 4 * length);
  if (longer < mostGrowth) return undefined;
  return `grows by ${grows.toFixed(1)}, then by ${longer.toFixed(1)}`;
}
