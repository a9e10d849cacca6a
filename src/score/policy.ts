/** What the administrator decided about guessers. `config/schema.ts` has checked every bound. */
export interface Policy {
  /** Distinct unknown recipients at which a client is blocked. A count, 2 or more. */
  readonly threshold: number;
  /**
   * A client is blocked only if at least this share of its recipients was unknown: a large sender
   * has a few wrong names in every thousand. A ratio from 0 to 1.
   */
  readonly leastUnknownShare: number;
  /** One recipient is forgiven each so long. Seconds, 1 or more. */
  readonly leakSeconds: number;
  /** How long a first block lasts. Seconds, 1 or more. */
  readonly blockSeconds: number;
  /** How many times as long each further block lasts. A ratio, 1 or more. */
  readonly blockFactor: number;
  /** No block lasts longer. Seconds, `blockSeconds` or more. */
  readonly longestBlockSeconds: number;
  /** A client without a block for so long is a first offender again. Seconds. */
  readonly repeatMemorySeconds: number;
}
