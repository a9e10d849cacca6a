/**
 * A client that has passed its block, and the likely reason, as values. `report/effect-text.ts`
 * puts them into words.
 */

/**
 * Where packets may go instead, as far as can be seen. `otherHost`: the log is another machine's;
 * `container`: the mailer has a network of its own; `otherPort`: the client was served at a port that no rule
 * guards; `unknown`: nothing shows.
 */
export type PassageWay = 'otherHost' | 'container' | 'otherPort' | 'unknown';

/** What status shows. `lately`: within the last hour. */
export type EffectView =
  | {readonly kind: 'undisputed'}
  | {
      readonly kind: 'lately' | 'earlier';
      /** Sessions that began although a block of their client was in force. A count. */
      readonly sessions: number;
      /** The latest of them. Ms since the epoch. */
      readonly lastMs: number;
      readonly client: string;
      readonly network: string;
      readonly way: PassageWay;
    };

/** Of one block. */
export interface Passages {
  /** A count. */
  readonly sessions: number;
  /** When the latest began. Ms since the epoch. */
  readonly lastMs: number;
  readonly way: PassageWay;
}

/**
 * A disproof counts for this long: an operator who has corrected the cause sees that within the
 * hour. Ms.
 */
export const latelyMs = 3_600_000;
