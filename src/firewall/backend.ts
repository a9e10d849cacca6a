/**
 * What every backend decides: how to read the kernel, and the smallest change from what the kernel holds to what it
 * should hold, as calls of programs. Pure: `live/keeper.ts` runs the calls.
 */

/** One run of a program, named directly and never through a shell. */
export interface Call {
  readonly program: string;
  readonly parameters: readonly string[];
  readonly input: string;
  /** `absence`: the call asks for something that must not exist, and fails if it does. Default: nothing. */
  readonly expects?: 'absence';
}

export type CallResult =
  | {readonly kind: 'done'; readonly stdout: string}
  | {readonly kind: 'failed' | 'missing'; readonly why: string};

/** A step in reading the kernel. */
export type KernelReading<Actual> =
  /** Run this call first, then ask again. */
  | {readonly kind: 'call'; readonly call: Call}
  | {readonly kind: 'read'; readonly actual: Actual}
  | {readonly kind: 'unreadable'; readonly why: string};

/**
 * What to do with unwanted rules in the kernel. `keep` is for the time after a start until the log
 * has been read to its end: a block made just before a crash will soon be wanted again. A rule that
 * a decision has removed meanwhile still goes.
 */
export type Unwanted = 'remove' | 'keep';

/** @typeParam Wanted what the kernel should hold, such as the blocks of one family */
export interface Wish<Wanted> {
  readonly desired: Wanted;
  readonly unwanted: Unwanted;
  /** The keys decided about and not enforced yet. */
  readonly changed: ReadonlySet<string>;
  /** Where the kernel may differ. `changed`: everything else is known to be right. */
  readonly scope: 'all' | 'changed';
  readonly nowMs: number;
}

export interface Plan<Actual> {
  /** To be run in this order; none if everything is right. */
  readonly calls: readonly Call[];
  /** What changes, for people: the kind of step → how often. */
  readonly changes: ReadonlyMap<string, number>;
  /**
   * The part of `changes` that does not follow from our decisions: another program made it necessary. Default: all
   * of it.
   */
  readonly drift?: ReadonlyMap<string, number>;
  /**
   * What the kernel holds after all calls. It reuses, and changes, the reading from which the plan was made. The
   * desired state may change meanwhile, so this reflects only what was planned.
   */
  readonly after: () => Actual;
}

/** A place in the kernel that may hold something of ours: a chain, a set, a table. */
export interface Part<Actual> {
  /** For people: `chain X`, `set X`. */
  readonly name: string;
  /** @param results of the calls requested so far, in order */
  readonly read: (results: readonly CallResult[], nowMs: number) => KernelReading<Actual>;
  /** A plan after which nothing of ours is left. */
  readonly removal: (actual: Actual) => Plan<Actual>;
}

export interface Backend<Actual, Wanted> extends Part<Actual> {
  readonly plan: (wish: Wish<Wanted>, actual: Actual) => Plan<Actual>;
  /** How many of the desired networks are in force: they are in the kernel, and packets reach them. */
  readonly standing: (desired: Wanted, actual: Actual) => number;
  /** Chains of others that should lead packets to ours but do not exist; absent: none is needed. */
  readonly absentHooks?: (actual: Actual) => readonly string[];
}

/** Counts the steps of each kind. */
export function countKinds(steps: readonly {readonly kind: string}[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const {kind} of steps) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}
