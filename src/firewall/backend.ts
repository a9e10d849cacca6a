/**
 * What every backend decides: how to read the kernel, and the smallest change from what it holds to
 * what it should hold, as calls of programs. A value in, a value out: `live/keeper.ts` runs the
 * calls.
 */

/** One run of a program, by its name and never through a shell. */
export interface Call {
  readonly program: string;
  readonly parameters: readonly string[];
  readonly input: string;
  /** `absence`: it asks for something that must not be there, and it is bad if it is. Default: nothing. */
  readonly expects?: 'absence';
}

export type CallResult =
  | {readonly kind: 'done'; readonly stdout: string}
  | {readonly kind: 'failed' | 'missing'; readonly why: string};

/** A step towards knowing what the kernel holds. */
export type KernelReading<Actual> =
  /** First this must be run; then ask again. */
  | {readonly kind: 'call'; readonly call: Call}
  | {readonly kind: 'read'; readonly actual: Actual}
  | {readonly kind: 'unreadable'; readonly why: string};

/**
 * What to do with unwanted rules in the kernel. `keep` is for the time after a start until the log
 * has been read to its end: a block made just before a crash will soon be wanted again. A rule that
 * a decision has removed meanwhile still goes.
 */
export type Unwanted = 'remove' | 'keep';

/** @typeParam Wanted what should stand, such as the blocks of one family */
export interface Wish<Wanted> {
  readonly desired: Wanted;
  readonly unwanted: Unwanted;
  /** What was decided about and is not in force yet, by its key. */
  readonly changed: ReadonlySet<string>;
  /** Where the kernel may differ. `changed`: everything else is known to be as it should. */
  readonly scope: 'all' | 'changed';
  readonly nowMs: number;
}

export interface Plan<Actual> {
  /** In this order; none when all is as it should be. */
  readonly calls: readonly Call[];
  /** What changes, for people: the kind of the step → how often. */
  readonly changes: ReadonlyMap<string, number>;
  /** Of these, what does not follow from a decision of ours: others have changed it. Default: all. */
  readonly drift?: ReadonlyMap<string, number>;
  /**
   * What the kernel holds when all calls are done. Takes over the reading that it was made from. What is desired may
   * have changed meanwhile, so this tells only what was planned.
   */
  readonly after: () => Actual;
}

/** A place in the kernel where something of ours can be: a chain, a set, a table. */
export interface Part<Actual> {
  /** For people: `chain X`, `set X`. */
  readonly name: string;
  /** @param results of the calls that it has asked for, in order */
  readonly read: (results: readonly CallResult[], nowMs: number) => KernelReading<Actual>;
  /** After which nothing of ours is left. */
  readonly removal: (actual: Actual) => Plan<Actual>;
}

export interface Backend<Actual, Wanted> extends Part<Actual> {
  readonly plan: (wish: Wish<Wanted>, actual: Actual) => Plan<Actual>;
  /** How many of those that should stand do, and packets meet them. */
  readonly standing: (desired: Wanted, actual: Actual) => number;
  /** Chains of others from which packets should come, and which are not there; absent: none is needed. */
  readonly absentHooks?: (actual: Actual) => readonly string[];
}

/** The kinds of these steps, counted. */
export function countKinds(steps: readonly {readonly kind: string}[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const {kind} of steps) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}
