/**
 * Decides at how many names a client is blocked. The bar of a client that has delivered nothing is the setting
 * `threshold`. The other bars follow from costs, not from likelihood. Wrongly blocking a client that delivers costs
 * mail, so its bar is higher; wrongly blocking a stranger costs nothing that we know of, so strangers have lower
 * bars. `judge.ts` decides whether a client is a stranger, and when it is judged.
 */
import type {Policy} from '../score/policy.js';
import {mailerNames} from './memory/client-record.js';
import type {Rule} from './verdict.js';

/** The threshold for which the numbers below were chosen; for a higher one they grow with it. Names. */
const usualThreshold = 10;

/**
 * A mailer's bar, as a multiple of the bar of a client that has delivered nothing. A factor. Take a mailer with 60
 * unknown names in 100, such as a ticket system that answers any address it was given. With 2 it meets its bar once
 * in 200 tries, with 1 once in 14; a mailer with 50 in 100 meets it once in 40,000. A guesser pays for each such
 * bar with wanted mail.
 */
const mailerFactor = 2;

/** The bar of a client that has delivered nothing for this long since its first unknown name. Names; seconds. */
const silenceBar = 4;
const silenceSec = 3600;
/** The same for a client that used only the null sender: four names that count half. */
const silenceNullBar = 2;

/**
 * A stranger's bar during a wave. Names. With two, a small site is blocked in one of 30 waves, because somebody
 * there wrote to a person who has left, and mistyped the next name, before any of its mail arrived.
 */
const waveBar = 3;
/**
 * During a wave, a client whose first delivery is more recent than this is judged like a stranger. Seconds: 12 h.
 */
const waveNewcomerSec = 12 * 3600;

/** A stranger's bar in a network full of guessers. Names. */
const hotBar = 1;

/** On the first day of an installation that knows nothing, all bars are multiplied by this. A factor. */
const learningFactor = 4;

/**
 * How far above `threshold` a score may rise while accepted recipients, as far as we see them, postpone a verdict.
 * Names: with the usual threshold 50 in all. With less, a list server is blocked at its first contact. Without a
 * limit, an attacker could pad its guesses with names that it knows.
 */
const mostPostponed = 40;

/** Strangers' bars grow with a threshold above the usual one. */
const lowBar = (bar: number, {threshold}: Policy): number =>
  bar * Math.max(1, threshold / usualThreshold);

interface RowFacts {
  /** Distinct names that took the client's mail. A count. */
  readonly delivered: number;
  /** Time since its first unknown name. Seconds. */
  readonly knownSeconds: number;
  readonly learning: 'on' | 'off';
  /** `lately`: within a week. */
  readonly blocked: 'lately' | 'no';
}

/**
 * The bar of a row of names. It rises with each of the first deliveries that turn a stranger into a mailer. For a
 * week after a block it is the setting: the block was no accident, and credit would buy a whole row each time. On
 * the first day a mailer may not have delivered anything yet, so the bar is as high for a client that takes an hour
 * or longer; for a faster one the setting always holds.
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
  /** Whether it has asked for any name with a named sender. */
  readonly senders: 'null' | 'named';
  /** Names of this envelope that never took mail here. A count. */
  readonly fresh: number;
  readonly sec: number;
  /**
   * When it first asked for an unknown name, and since when it has been free of blocks. Seconds since the epoch.
   */
  readonly firstSec: number;
  readonly freeSec: number;
  /** Time of its first delivery; 0: none. Seconds since the epoch. */
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
  // On the first day, a server that only makes call-outs has had no time to deliver anything.
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
 * @param postponed recipients that seem to be accepted; `unknown`: known only at the envelope's end
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

/** A score is stored in 32 bits: sums may be too low by this much. Names. */
export const rounding = 1e-4;
