/**
 * Finds the known word that somebody probably meant, for "did you mean". Decides only how near is
 * near enough. A wrong guess wastes the reader's time, so if two words are equally near there is no
 * guess.
 */

/**
 * A longer word is compared with nothing, because the work is the product of the lengths.
 * Characters.
 */
const longestWord = 64;
/**
 * One mistake is allowed for this many characters. A count: `treshold` is near threshold, `port` is
 * near nothing.
 */
const charactersPerMistake = 3;

/** @returns undefined if no word is near, or several are */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (word.length > longestWord) return undefined;
  const meant = plain(word);
  const most = Math.max(1, Math.floor(meant.length / charactersPerMistake));
  const near = known
    .map((each) => ({each, mistakes: mistakesBetween(meant, plain(each))}))
    .filter(({mistakes}) => mistakes <= most && mistakes < meant.length)
    .sort((a, b) => a.mistakes - b.mistakes);
  const [first, second] = near;
  if (first !== undefined) return first.mistakes === second?.mistakes ? undefined : first.each;
  const parts = meant.split('_');
  const holding = known.filter((each) => {
    const all = new Set(plain(each).split('_'));
    return parts.every((part) => all.has(part));
  });
  return holding.length === 1 ? holding[0] : undefined;
}

/** `blockTime`, `Block-Time` and `block_time` are the same word. */
const plain = (word: string): string =>
  word
    .replaceAll(/([a-z])(?=[A-Z])/g, '$1_')
    .replaceAll(/[-. ]/g, '_')
    .toLowerCase();

/** How many characters are inserted, omitted, changed, or swapped with their neighbour. */
function mistakesBetween(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({length: b.length + 1}, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + same);
      const isTurned = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isTurned) least = Math.min(least, before[j - 2]! + 1);
      row.push(least);
    }
    [before, last] = [last, row];
  }
  return last[b.length]!;
}
