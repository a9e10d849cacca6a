/**
 * Decides how long a client is blocked, and its score afterwards. Lengths are multiples of the first block's, so
 * that `block_time` scales them all. There is no spiral: the retries of a blocked mailer count nothing new, because
 * the score is not a rate.
 */
import type {Rule} from './verdict.js';
import type {Policy} from '../score/policy.js';

/**
 * A stranger's blocks after its first one for a row: with a `block_time` of an hour, a day and then four days. A
 * client that was wrongly blocked once waits an hour; a guesser that goes on loses the address.
 */
const strangerRungs = [24, 96];

/**
 * In a wave, a stranger's first block is already a long one: a bot that comes back after a day would get one more
 * name each time. The third name of a client that has delivered nothing says more than a second name and a second
 * block would.
 */
const waveRung = 1;

/**
 * The longest block of a client with a record, whose mail people wait for, in first blocks: 8 hours with a
 * `block_time` of one.
 */
const mostOfRecord = 8;

/**
 * How far below the bar its score restarts. A share of `threshold`: three names with the usual one. With more, a
 * guesser with a good past, or one that shares an address with an innocent, would get as many names for each hour
 * of block.
 */
const recordShare = 1 / 4;

/** How long after its last block a mailer's ladder is forgotten. Seconds: 12 hours. */
export const mailerMemorySec = 12 * 3600;

export interface Standing {
  readonly kind: 'stranger' | 'mailer' | 'record';
  /** Blocks so far, and how many of them were long. Counts. */
  readonly blocks: number;
  readonly rung: number;
}

interface Sentence {
  /** 1 or more. */
  readonly seconds: number;
  /** Blocks including this one. A count. */
  readonly repeat: number;
  readonly rung: number;
  /** The score afterwards, in names. */
  readonly scoreAfter: number;
  readonly after: 'secondChance' | 'usual';
}

export function sentence(rule: Rule, standing: Standing, policy: Policy): Sentence {
  const {threshold, blockSeconds, longestBlockSeconds} = policy;
  const repeat = standing.blocks + 1;
  const of = (times: number): number =>
    Math.max(1, Math.floor(Math.min(blockSeconds * times, longestBlockSeconds)));
  if (standing.kind !== 'stranger') {
    // 1, 1, 2, 4 and so on; the power may reach Infinity, and then the longest block applies.
    const times = 2 ** Math.max(0, repeat - 2);
    const seconds = of(standing.kind === 'record' ? Math.min(times, mostOfRecord) : times);
    const scoreAfter = standing.kind === 'record' ? threshold * (1 - recordShare) : threshold - 1;
    return {seconds, repeat, rung: standing.rung, scoreAfter, after: 'usual'};
  }
  if (rule === 'row' && standing.blocks === 0) {
    return {
      seconds: of(1),
      repeat,
      rung: 0,
      scoreAfter: threshold / 2,
      after: 'secondChance',
    };
  }
  const reached = rule === 'wave' ? Math.max(standing.rung, waveRung) : standing.rung;
  const times = strangerRungs[Math.min(reached, strangerRungs.length - 1)]!;
  const rung = reached + 1;
  return {seconds: of(times), repeat, rung, scoreAfter: threshold - 1, after: 'usual'};
}
