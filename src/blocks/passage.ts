/**
 * A client that has bypassed its block, and the likely reason, as values. `report/effect-text.ts` puts them
 * into words.
 */

/**
 * How packets may bypass our rules, as far as can be seen. `otherHost`: the log is another machine's;
 * `container`: the mailer has its own network; `otherPort`: the client was served at a port without a rule;
 * `unknown`: no reason was found.
 */
export type PassageWay = 'otherHost' | 'container' | 'otherPort' | 'unknown';

/** What `status` shows. `lately`: within the last hour. */
export type EffectView =
  | {readonly kind: 'undisputed'}
  | {
      readonly kind: 'lately' | 'earlier';
      /** Sessions that began while a block of their client was in force. A count. */
      readonly sessions: number;
      /** The latest of them. Ms since the epoch. */
      readonly lastMs: number;
      readonly client: string;
      readonly network: string;
      readonly way: PassageWay;
    };

/** The bypasses of one block. */
export interface Passages {
  /** A count. */
  readonly sessions: number;
  /** When the latest session began. Ms since the epoch. */
  readonly lastMs: number;
  readonly way: PassageWay;
}

/**
 * How long a bypass counts as recent. Ms: an operator who has corrected the cause sees that within the hour.
 */
export const latelyMs = 3_600_000;
