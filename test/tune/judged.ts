/** Prices made by hand, for the rules of a proposal. */
import type {JudgedTrial, LogFacts, Price} from '../../src/tune/price.js';

export const price = (some: Partial<Price> = {}): Price => ({
  ...{blocks: 40, blocked: 40, spared: 0, answers: 400, likelyInnocent: 0, goodDuring: 0},
  ...some,
});

type Some = Partial<JudgedTrial> & {readonly now?: Partial<Price>; readonly later?: Partial<Price>};

/** @param now of the part on which is chosen; `later`: of the rest; default: as today */
export function judged({now, later, ...some}: Some): JudgedTrial {
  const [fit, check] = [price(now), price(later)];
  return {
    ...{threshold: 10, blockTime: 3600, changes: 'threshold', is: 'tighter'},
    ...{
      fit,
      check,
      whole: price({
        blocked: fit.blocked + check.blocked,
        likelyInnocent: fit.likelyInnocent + check.likelyInnocent,
      }),
    },
    ...some,
  };
}

export const today = judged({changes: 'nothing', is: 'today'});

/** A log that supports what any log can. */
export const largeLog: LogFacts = {
  ...{files: ['mail.log'], lines: 1000, fromMs: 0, untilMs: 14 * 86_400_000},
  ...{days: 13, fitDays: 8, checkDays: 5},
  fit: {goodSenders: 400, mistypers: 40},
  check: {goodSenders: 400, mistypers: 20},
  whole: {goodSenders: 400, mistypers: 60},
  forgottenSenders: 0,
};
