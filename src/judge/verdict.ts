/**
 * What the judge can decide, as values: which client to block, for how long, and what spoke for and
 * against it. Does not decide (`judge.ts`), nor whether a block is made now (`guard/guard.ts`).
 */
import type {Proof} from '../mail/evidence.js';
import type {Network} from '../net/network.js';

/** Which rule convicted. */
export type Rule =
  /** As many names in a row as `threshold`. */
  | 'row'
  /** Silent for an hour, and nothing delivered ever. */
  | 'silence'
  /** A stranger while strangers ask for unknown names from everywhere. */
  | 'wave'
  /** The first unknown name from a network that is known for it. */
  | 'network'
  /** The network itself. */
  | 'neighbours';

/** Why, in numbers and names; saved with the block, and told by `why`, `list` and the log's line. */
export interface Because {
  readonly rule: Rule;
  /** In names (`score/weights.ts`), and the bar that it met. */
  readonly score: number;
  readonly bar: number;
  /** Distinct unknown names, other signs by kind: counts. */
  readonly counts: Readonly<Record<string, number>>;
  /** From the first to the last of them. Seconds. */
  readonly seconds: number;
  /** Distinct recipients that took its mail, and on how many days. Counts. */
  readonly delivered: number;
  readonly deliveredDays: number;
  /** Distinct names that exist no more, or are refused by the next host. A count. */
  readonly stale: number;
  /** Whether a wave of strangers was on. */
  readonly wave: 'on' | 'off';
  /** Of a network: clients that asked. A count. */
  readonly members?: number | undefined;
  /**
   * The larger network that convicted it, if one did: score and members are then those of this
   * network.
   */
  readonly within?: string | undefined;
  /** The last names that it asked for: hostile text, cut and bounded. */
  readonly names: readonly string[];
  /** How the latest evidence was tied to the client. */
  readonly proof?: Proof | undefined;
  /** The weakest proof of all that was counted. Undefined: not known, as of a network. */
  readonly weakest?: Proof | undefined;
}

export interface BlockVerdict {
  readonly network: Network;
  /** 1 or more. */
  readonly seconds: number;
  /** This client's blocks, this one included. A count. */
  readonly repeat: number;
  readonly because: Because;
}
