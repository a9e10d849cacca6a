/** The administrator's decisions about guessers. `config/schema.ts` has checked every bound. */
export interface Policy {
  /** Distinct unknown names in a row at which a client of which nothing is known is blocked. A count, 2 or more. */
  readonly threshold: number;
  /** How long a first block lasts; longer ones are multiples of it. Seconds, 1 or more. */
  readonly blockSeconds: number;
  /** No block lasts longer. Seconds, `blockSeconds` or more. */
  readonly longestBlockSeconds: number;
  /** So many bits of an IPv6 address are one client. Bits. */
  readonly ipv6Prefix: number;
  /** Whether an installation that knows nothing yet judges with care in its first 24 hours. */
  readonly learning: 'firstDay' | 'off';
  /**
   * What talk before the greeting does. `once`: it weighs a name, once for ever; `counts`: three, at most each
   * ten minutes; `blocks`: as many as block a client of which nothing is known.
   */
  readonly earlyTalk: 'once' | 'counts' | 'blocks';
}
