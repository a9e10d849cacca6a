/**
 * At how many names a client is blocked. The bar for a client that has delivered nothing is the
 * setting `threshold`. The others are a cost decision and no likelihood: a wrong block of a client
 * that delivers costs mail, so its bar is higher; a stranger loses nothing that we know of, so
 * strangers have lower ones. Whether a client is a stranger, and when it is judged, is for
 * `judge.ts`.
 */
import type {Policy} from '../score/policy.js';
import {mailerNames} from './memory/client-record.js';
import type {Rule} from './verdict.js';

/** All numbers below hold for this threshold; for a higher one they grow with it. Names. */
const usualThreshold = 10;

/**
 * The bar of a mailer, in bars of a client that has delivered nothing. A factor. With 2, a mailer
 * with 60 unknown names in 100 (a ticket system, which answers any address that it was given) meets
 * it once in 200 tries, and with 1 once in 14; one with 50 once in 40,000. A guesser pays each such
 * bar with wanted mail.
 */
const mailerFactor = 2;

/** Of a client that has been known for this long and delivered nothing. Names; seconds. */
const silenceBar = 4;
const silenceSec = 3600;
/** The same for who asked with the null sender alone: four names that weigh a half. */
const silenceNullBar = 2;

/**
 * While a wave of strangers lasts. Names: with two, a small site is blocked once in 30 waves, because somebody there
 * wrote to a person who left, and mistyped the next name, before any mail arrived.
 */
const waveBar = 3;
/**
 * A client that delivered for the first time this recently is judged in a wave like a stranger.
 * Seconds: 12 h.
 */
const waveNewcomerSec = 12 * 3600;

/** In a network that is thick with guessers. Names. */
const hotBar = 1;

/** On the first day of an installation that knows nothing all bars are so many times as high. A factor. */
const learningFactor = 4;

/**
 * How far above `threshold` a score may rise while recipients that seem to be accepted postpone a verdict.
 * Names: with the usual one 50 in all. Less, and a list server is blocked at its first contact; without a
 * bound padding buys as many names as there are known ones.
 */
const mostPostponed = 40;

/** The bars of strangers grow with a threshold that is higher than usual. */
const lowBar = (bar: number, {threshold}: Policy): number =>
  bar * Math.max(1, threshold / usualThreshold);

interface RowFacts {
  /** Distinct names that took its mail. A count. */
  readonly delivered: number;
  /** Since its first unknown name. Seconds. */
  readonly knownSeconds: number;
  readonly learning: 'on' | 'off';
  /** Within a week. */
  readonly blocked: 'lately' | 'no';
}

/**
 * The bar of a row of names. It rises with each of the names that make a mailer of a stranger, and
 * equals the setting for a week after a block: that was no accident, and credit would buy a whole
 * row each time. On the first day a mailer may not have delivered anything yet, so the bar is as
 * high for a client that takes an hour or longer; a faster one meets the setting on every day.
 */
export function rowBar(facts: RowFacts, {threshold}: Policy): number {
  const {delivered, knownSeconds, learning, blocked} = facts;
  if (blocked === 'lately') return threshold;
  const isSlow = learning === 'on' && knownSeconds >= silenceSec;
  const share = isSlow ? 1 : Math.min(1, delivered / mailerNames);
  return threshold * (1 + (mailerFactor - 1) * share);
}

/** What the bars of strangers depend on. */
export interface Facts {
  readonly standing: 'stranger' | 'other';
  /** The sender of the envelope that has ended. */
  readonly sender: 'null' | 'named';
  /** Whether any of its names was asked for with a named sender. */
  readonly senders: 'null' | 'named';
  /** Names of this envelope that never took mail here. A count. */
  readonly fresh: number;
  readonly sec: number;
  /** Its first unknown name, and since when it could speak without a block. Seconds since the epoch. */
  readonly firstSec: number;
  readonly freeSec: number;
  /** Of its first delivery; 0: none. Seconds since the epoch. */
  readonly deliveredSec: number;
  readonly wave: 'on' | 'off';
  readonly network: 'ordinary' | 'hot';
  readonly learning: 'on' | 'off';
}

export interface Bar {
  readonly rule: Exclude<Rule, 'neighbours'>;
  /** Names. */
  readonly bar: number;
}

/** The bars below the usual one that apply to a client now. */
export function lowBars(facts: Facts, policy: Policy): Bar[] {
  const {sec, learning, sender} = facts;
  const isStranger = facts.standing === 'stranger';
  const bars: Bar[] = [];
  const add = (rule: Bar['rule'], names: number): void => {
    bars.push({rule, bar: lowBar(names, policy) * (learning === 'on' ? learningFactor : 1)});
  };
  const canWave = sender === 'named' && learning === 'off';
  if (isStranger && canWave && facts.network === 'hot' && facts.fresh > 0) add('network', hotBar);
  const isNewcomer = isStranger || sec - facts.deliveredSec < waveNewcomerSec;
  if (isNewcomer && canWave && facts.wave === 'on') {
    add('wave', waveBar);
  }
  // On the first day a server that only asks back has had no time to deliver anything.
  const isNewCallOut = facts.senders === 'null' && learning === 'on';
  const isSilent = sec - Math.max(facts.firstSec, facts.freeSec) >= silenceSec;
  if (isStranger && isSilent && !isNewCallOut) {
    add('silence', facts.senders === 'null' ? silenceNullBar : silenceBar);
  }
  return bars;
}

/**
 * Whether a row of names is enough.
 *
 * @param postponed recipients that seem to be accepted; `unknown`: nobody can tell before the end
 */
export function isRow(
  score: number,
  bar: number,
  postponed: number | 'unknown',
  {threshold}: Policy,
): boolean {
  if (score + rounding < bar) return false;
  if (score + rounding >= threshold + mostPostponed) return true;
  return postponed !== 'unknown' && score - postponed + rounding >= bar;
}

/** A score is kept in 32 bits: sums may be too low by so much. Names. */
export const rounding = 1e-4;
