/** The administrator's decisions about guessers. `config/schema.ts` has checked their limits. */
export interface Policy {
  /** How many distinct unknown names in a row block a client about which nothing is known. A count, 2 or more. */
  readonly threshold: number;
  /** How long a first block lasts; longer ones are multiples of it. Seconds, 1 or more. */
  readonly blockSeconds: number;
  /** No block lasts longer. Seconds, `blockSeconds` or more. */
  readonly longestBlockSeconds: number;
  /** How many bits of an IPv6 address make one client. Bits. */
  readonly ipv6Prefix: number;
  /** Whether a new installation judges with higher bars in its first 24 hours. */
  readonly learning: 'firstDay' | 'off';
  /**
   * What talk before the greeting counts. `once`: one name, once for ever. `counts`: three names, at most every ten
   * minutes. `blocks`: enough to block a client about which nothing is known.
   */
  readonly earlyTalk: 'once' | 'counts' | 'blocks';
}
