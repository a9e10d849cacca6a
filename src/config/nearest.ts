/**
 * Finds the known word that somebody probably meant: "did you mean". Decides only how near is near
 * enough; a wrong guess costs a reader a moment, so where two words are equally near there is none.
 */

/** A longer word is compared with nothing: the work is the product of the lengths. Characters. */
const longestWord = 64;
/** Of so many characters one may be wrong. A count: `treshold` is threshold, `port` is nothing. */
const charactersPerMistake = 3;

/** @returns undefined where no word is near, or several are */
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

/** `blockTime`, `Block-Time`, `block_time` are one word. */
const plain = (word: string): string =>
  word
    .replaceAll(/([a-z])(?=[A-Z])/g, '$1_')
    .replaceAll(/[-. ]/g, '_')
    .toLowerCase();

/** Characters put in, left out, changed, or exchanged with their neighbour. */
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
