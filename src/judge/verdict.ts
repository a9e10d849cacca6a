/**
 * What the judge can decide, as values: which client to block, for how long, and what spoke for and
 * against it. Does not decide (`judge.ts`), nor whether a block is made now (`guard/guard.ts`).
 */
import type {Proof} from '../mail/evidence.js';
import type {Network} from '../net/network.js';

/** The rule that convicted the client. */
export type Rule =
  /** `threshold` names in a row. */
  | 'row'
  /** It has delivered nothing in the hour since its first unknown name. */
  | 'silence'
  /** It is a stranger, during a wave of strangers that ask for unknown names. */
  | 'wave'
  /** Its first unknown name, from a network known for guessers. */
  | 'network'
  /** The network itself was convicted. */
  | 'neighbours';

/** Why, in numbers and names; saved with the block, and shown by `why`, `list` and the log line. */
export interface Because {
  readonly rule: Rule;
  /** The score in names (`score/weights.ts`), and the bar that it met. */
  readonly score: number;
  readonly bar: number;
  /** Counts of distinct unknown names, and of other signs by kind. */
  readonly counts: Readonly<Record<string, number>>;
  /** Time from the first to the last of them. Seconds. */
  readonly seconds: number;
  /** Distinct recipients that took its mail, and on how many days. Counts. */
  readonly delivered: number;
  readonly deliveredDays: number;
  /** Distinct names that exist no more, or are refused by the next host. A count. */
  readonly stale: number;
  /** Whether there was a wave of strangers. */
  readonly wave: 'on' | 'off';
  /** For a network: how many clients asked. A count. */
  readonly members?: number | undefined;
  /**
   * The larger network that convicted it, if one did: score and members are then those of the larger
   * one.
   */
  readonly within?: string | undefined;
  /** The latest names that it asked for: hostile text, shortened. */
  readonly names: readonly string[];
  /** How the latest evidence was tied to the client. */
  readonly proof?: Proof | undefined;
  /** The weakest proof of all that counted. Undefined: unknown, as for a network. */
  readonly weakest?: Proof | undefined;
}

export interface BlockVerdict {
  readonly network: Network;
  /** 1 or more. */
  readonly seconds: number;
  /** The client's blocks, including this one. A count. */
  readonly repeat: number;
  readonly because: Because;
}
