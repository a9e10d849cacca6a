/**
 * What a keeper knows about the kernel, and how far it trusts that knowledge. Does not read the
 * kernel.
 */
export type Belief<Actual> =
  /** The kernel has not been read yet. */
  | {readonly kind: 'none'}
  /**
   * `believed`: the next plan may start from it. `lastSeen`: only good for status figures, because a
   * change is under way or has failed, or because somebody wants to know what the kernel really holds.
   */
  | {
      readonly kind: 'believed' | 'lastSeen';
      readonly actual: Actual;
      /** When the kernel itself was last read. Ms since the epoch. */
      readonly readMs: number;
    };

/** The same knowledge, without trust. */
export const doubted = <Actual>(belief: Belief<Actual>): Belief<Actual> =>
  belief.kind === 'believed' ? {...belief, kind: 'lastSeen'} : belief;
