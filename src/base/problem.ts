/** One mistake in what a person wrote: where it is, what is there, and what was expected. */
export interface Problem {
  readonly where: string;
  readonly what: string;
  readonly expected: string;
  /** The key in the file and its line, from 1, if they are known. */
  readonly key?: string;
  readonly line?: number;
  readonly column?: number;
  /** What was probably meant. */
  readonly didYouMean?: string;
}

/** The most problems shown in one log line. A count: a file of another kind has thousands. */
const mostInOneLine = 5;

/** Several problems as one line. */
export function problemsText(problems: readonly Problem[]): string {
  const more = problems.length - mostInOneLine;
  const shown = problems.slice(0, mostInOneLine).map(problemText);
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

/** One problem as the line that a person reads. */
export function problemText({where, what, expected, didYouMean}: Problem): string {
  const guess = didYouMean === undefined ? '' : `; did you mean ${didYouMean}?`;
  return `${where}: ${what}: expected ${expected}${guess}`;
}
