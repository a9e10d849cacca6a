/**
 * How long a client is blocked, and with which score it goes on afterwards. Multiples of the first block's
 * length, so that `block_time` moves them all. No spiral: the retries of a blocked mailer are nothing new,
 * and the score is no rate.
 */
import type {Rule} from './verdict.js';
import type {Policy} from '../score/policy.js';

/**
 * Blocks of strangers after the first one for a row: with `block_time` of an hour a day, and then
 * four days. A client that was wrongly blocked once waits an hour, and a guesser that goes on loses
 * an address.
 */
const strangerRungs = [24, 96];

/**
 * In a wave the first block is a long one: a bot that comes back after a day gets one more name
 * each time. The third name of a client that has delivered nothing says more than a second one and
 * a second block would.
 */
const waveRung = 1;

/** A client with a record sends mail that people wait for. First blocks: 8 hours with a `block_time` of one. */
const mostOfRecord = 8;

/**
 * How far below the bar it goes on. Of `threshold`: three names with the usual one. More, and a guesser with a past,
 * or beside an innocent behind one address, gets as many names for each hour that it is blocked.
 */
const recordShare = 1 / 4;

/** A mailer's ladder is forgotten so long after its last block. Seconds: 12 hours. */
export const mailerMemorySec = 12 * 3600;

export interface Standing {
  readonly kind: 'stranger' | 'mailer' | 'record';
  /** Blocks so far, and how many of them were long ones. Counts. */
  readonly blocks: number;
  readonly rung: number;
}

interface Sentence {
  /** 1 or more. */
  readonly seconds: number;
  /** Blocks with this one. A count. */
  readonly repeat: number;
  readonly rung: number;
  /** With which it goes on, names. */
  readonly scoreAfter: number;
  readonly after: 'secondChance' | 'usual';
}

export function sentence(rule: Rule, standing: Standing, policy: Policy): Sentence {
  const {threshold, blockSeconds, longestBlockSeconds} = policy;
  const repeat = standing.blocks + 1;
  const of = (times: number): number =>
    Math.max(1, Math.floor(Math.min(blockSeconds * times, longestBlockSeconds)));
  if (standing.kind !== 'stranger') {
    // 1, 1, 2, 4 and so on; a power may reach Infinity, and the longest holds.
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
