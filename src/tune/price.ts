/** What a policy costs in one part of a log, and what it brings. Values only; `replay/prices.ts` counts them. */
import type {Trial} from './trial.js';

/** Counts. */
export interface Price {
  /** That began in this part. */
  readonly blocks: number;
  /** Whose blocks began in this part, or kept something away in it. */
  readonly blocked: number;
  /** Clients that another of the policies blocks, and this one does not. */
  readonly spared: number;
  /** Unknown names that were answered to clients which any of the policies blocks. */
  readonly answers: number;
  /** Blocked clients of which good mail came, in this part or before. */
  readonly likelyInnocent: number;
  /** Good messages that would not have come. */
  readonly goodDuring: number;
}

export interface JudgedTrial extends Trial {
  /** The first part of the log, on which is chosen. */
  readonly fit: Price;
  /** The rest, by which the choice is checked. */
  readonly check: Price;
  readonly whole: Price;
}

/** Clients of one part of a log that speak about innocents. Counts. */
export interface Witnesses {
  /** Of which good mail came. */
  readonly goodSenders: number;
  /** Those of them that asked for an unknown name too: only these can be blocked by mistake. */
  readonly mistypers: number;
}

/** What log it was. Times in ms since the epoch. */
export interface LogFacts {
  readonly files: readonly string[];
  readonly lines: number;
  /** Null: nothing in it was read. */
  readonly fromMs: number | null;
  readonly untilMs: number | null;
  /** Days with lines, without the first one, which only warms up. A count, as are the next two. */
  readonly days: number;
  readonly fitDays: number;
  readonly checkDays: number;
  readonly fit: Witnesses;
  readonly check: Witnesses;
  /** Not the sum: a client of both parts is one. */
  readonly whole: Witnesses;
  /** Clients of which good mail came, and for which there was no room. A count. */
  readonly forgottenSenders: number;
}
