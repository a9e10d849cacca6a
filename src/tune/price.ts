/** What a policy costs and gains in one part of a log. Values only; `replay/prices.ts` counts them. */
import type {Trial} from './trial.js';

/** Counts. */
export interface Price {
  /** Blocks that began in this part. */
  readonly blocks: number;
  /** Clients whose blocks began in this part, or kept something away in it. */
  readonly blocked: number;
  /** Clients that another policy blocks, and this one does not. */
  readonly spared: number;
  /** Unknown names that got an answer, for clients that any of the policies blocks. */
  readonly answers: number;
  /** Blocked clients whose good mail came in this part or before. */
  readonly likelyInnocent: number;
  /** Good messages that a block would have kept away. */
  readonly goodDuring: number;
}

export interface JudgedTrial extends Trial {
  /** The first part of the log, by which a setting is chosen. */
  readonly fit: Price;
  /** The rest of the log, by which the choice is checked. */
  readonly check: Price;
  readonly whole: Price;
}

/** Clients of one part of a log that could have been blocked by mistake. Counts. */
export interface Witnesses {
  /** Clients whose good mail came. */
  readonly goodSenders: number;
  /** Good senders that asked for an unknown name too. Only these can be blocked by mistake. */
  readonly mistypers: number;
}

/** Facts about the log. Times in ms since the epoch. */
export interface LogFacts {
  readonly files: readonly string[];
  readonly lines: number;
  /** Null: no line was read. */
  readonly fromMs: number | null;
  readonly untilMs: number | null;
  /** Days with lines, without the first day, which is only for learning. The next two are counts of days too. */
  readonly days: number;
  readonly fitDays: number;
  readonly checkDays: number;
  readonly fit: Witnesses;
  readonly check: Witnesses;
  /** Not the sum of the parts: a client of both parts counts once. */
  readonly whole: Witnesses;
  /** Clients whose good mail came, but for which there was no room. A count. */
  readonly forgottenSenders: number;
}
