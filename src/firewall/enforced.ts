/** The share of the desired state that the kernel held at the last look. Counts of networks. */
export interface Enforced {
  readonly wanted: number;
  readonly standing: number;
  /** When the kernel itself was last read, ms since the epoch; undefined: not yet. */
  readonly readMs: number | undefined;
  /** How often something that had stood was found changed by others. */
  readonly repairs: number;
  /** Why the latest try failed; undefined: it did not. */
  readonly failure: string | undefined;
  /** Chains of others from which packets should come, and which are not there yet; undefined: none is. */
  readonly absentHooks?: readonly string[] | undefined;
}
