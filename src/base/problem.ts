/** One thing that is wrong in what a person wrote: where it stands, what stands there, what should. */
export interface Problem {
  readonly where: string;
  readonly what: string;
  readonly expected: string;
}

/** The problem as the one line that a person reads. */
export function problemText(problem: Problem): string {
  return `${problem.where}: ${problem.what}: expected ${problem.expected}`;
}
