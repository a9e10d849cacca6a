/**
 * The steps between a verdict and its commit, by name: after each of them the machine may lose
 * power. Nothing listens to them in production; a test kills the daemon at every one.
 */
export const steps = [
  /** The guard has decided; nobody knows yet. */
  'decided',
  /** The kernel is about to be read. */
  'reading',
  /** A batch is about to be given to the kernel. */
  'planned',
  /** One program of several has done its part, and the next has not begun. */
  'partly',
  /** The kernel has taken it, or refused. */
  'applied',
  /** It is said; sessions are about to be cut. */
  'told',
  /** The state is about to be saved. */
  'committing',
  /** The state is saved. */
  'committed',
] as const;

export type Step = (typeof steps)[number];
