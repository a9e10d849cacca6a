/**
 * At how many names a client is blocked. The bar for anybody is the setting `threshold`. Below it are lower
 * ones for strangers: a cost decision and no likelihood, for who has delivered nothing loses nothing that
 * we know of. Whether a client is a stranger, and when it is judged, is for `judge.ts`.
 */
import type {Policy} from '../score/policy.js';

/** All numbers below hold for this threshold; for a higher one they grow with it. Names. */
const usualThreshold = 10;

/** Of who has been known for so long and delivered nothing. Names; seconds. */
export const silenceBar = 4;
export const silenceSec = 3600;
/** The same for who asked with the null sender alone: four names that weigh a half. */
export const silenceNullBar = 2;

/** While a wave of strangers lasts: names when ten minutes have passed since the first; before that. */
export const waveBar = 2;
export const waveYoungBar = 3;
export const waveYoungSec = 600;
/** Who has delivered for the first time so recently is judged in a wave like a stranger. Seconds: 12 h. */
export const waveNewcomerSec = 12 * 3600;

/** In a network that is thick with guessers. Names. */
export const hotBar = 1;

/** On the first day of an installation that knows nothing all bars are so many times as high. A factor. */
export const learningFactor = 4;
export const learningSec = 86_400;

/**
 * How far above its bar a score may rise while recipients that seem to be accepted postpone a verdict.
 * Names: with the usual bar 50 in all. Less, and a list server is blocked at its first contact; without a
 * bound padding buys as many names as there are known ones.
 */
export const mostPostponed = 40;

/** What else matters for so long after a block: no credit, nothing postponed. Seconds: 7 days. */
export const afterBlockSec = 7 * 86_400;

/** The most credit: 10 names, and 15 with a record of 8 names on two days. */
export const floorNames = 10;
export const recordFloorNames = 15;
export const recordNames = 8;
export const recordDays = 2;

/** The bars of strangers grow with a threshold that is higher than usual. */
export const lowBar = (bar: number, {threshold}: Policy): number =>
  bar * Math.max(1, threshold / usualThreshold);
