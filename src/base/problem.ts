/** One mistake in what a person wrote: where it is, what is there, what is expected. */
export interface Problem {
  readonly where: string;
  readonly what: string;
  readonly expected: string;
  /** Its key in the file and its line there, from 1, as far as they are known. */
  readonly key?: string;
  readonly line?: number;
  readonly column?: number;
  /** What was probably meant. */
  readonly didYouMean?: string;
}

/** Problems in one line of a log, at most. A count: a file of another kind has thousands. */
const mostInOneLine = 5;

/** Several as one line. */
export function problemsText(problems: readonly Problem[]): string {
  const more = problems.length - mostInOneLine;
  const shown = problems.slice(0, mostInOneLine).map(problemText);
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

/** The problem as the one line that a person reads. */
export function problemText({where, what, expected, didYouMean}: Problem): string {
  const guess = didYouMean === undefined ? '' : `; did you mean ${didYouMean}?`;
  return `${where}: ${what}: expected ${expected}${guess}`;
}
