/** The share of the desired state that the kernel held at the last look. Counts of networks. */
export interface Enforced {
  readonly wanted: number;
  readonly standing: number;
  /** When the kernel itself was last read, ms since the epoch; undefined: not yet. */
  readonly readMs: number | undefined;
  /** How often rules that had been in force were found changed by another program. */
  readonly repairs: number;
  /** Why the latest try failed; undefined: it succeeded. */
  readonly failure: string | undefined;
  /**
   * Chains of others that should lead packets to ours but do not exist yet; undefined: there are none.
   */
  readonly absentHooks?: readonly string[] | undefined;
}
