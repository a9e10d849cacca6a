/**
 * Decides which of the tried settings to propose, and why. The best setting has the fewest likely innocents, then the
 * fewest good messages that it keeps away, then the fewest answers for guessers. If the gain may be noise, or if it costs
 * too many answers, today's settings stay. The choice is made by the first part of a log, and must hold in the rest.
 * Changes nothing.
 */
import {countText} from '../base/count.js';
import type {JudgedTrial, LogFacts, Price} from './price.js';
import {tooLittle, tooLittleFor} from './support.js';
import {settingText} from './trial-text.js';

export type Proposal =
  /** The log has too little. */
  | {readonly kind: 'none'; readonly why: readonly string[]}
  | {readonly kind: 'keep'; readonly why: readonly string[]}
  | {readonly kind: 'change'; readonly to: JudgedTrial; readonly why: readonly string[]};

/** A tighter setting must save at least so many answers, or the gain may be chance. A share of today's, and a count. */
export const leastGain = 0.1;
export const leastAnswersSaved = 20;
/** In the rest of the log it must save at least this share of today's answers. */
export const leastGainChecked = leastGain / 2;

/**
 * A looser setting may cost so many times today's answers. A ratio. Beyond that, guessers would gain more than the few
 * clients that it spares; a line in the whitelist for each of these costs nothing.
 */
export const mostPrice = 1.5;

export function propose(
  judged: readonly JudgedTrial[],
  facts: LogFacts,
  blockTimeMax: number,
): Proposal {
  const why = tooLittle(facts);
  const today = judged.find(({is}) => is === 'today');
  if (why.length > 0 || today === undefined) return {kind: 'none', why};
  if (judged.every(({whole}) => whole.blocked === 0)) {
    return {kind: 'keep', why: ['None of these settings would have blocked anybody.']};
  }
  return innocents(today) > 0 ? looser(judged, today) : tighter(judged, today, facts, blockTimeMax);
}

/** Today's settings block a client that may be innocent. So only looser settings are considered. */
function looser(judged: readonly JudgedTrial[], today: JudgedTrial): Proposal {
  const {fit, check} = today;
  const begin = `Today's settings would have blocked ${countText(innocents(today), 'client')} that also sent good mail${partsText(today)}.`;
  const better = judged
    .filter(({is}) => is === 'looser')
    .filter((trial) => isBetter(trial.fit, fit) && holds(trial.check, check))
    .sort((a, b) => order(a.fit, b.fit));
  const to = better.find((trial) => !isDear(trial, today));
  const [best] = better;
  const dear = best === undefined || best === to ? [] : [dearText(best, today)];
  if (to === undefined) {
    const none = judged.some((trial) => trial.is === 'looser' && isBetter(trial.fit, fit))
      ? 'What would have spared some of them, or of their mail, in the first part of the log would not have in the rest.'
      : 'No looser setting that was tried spares any of them, or more of their mail, in the first part of the log.';
    const why = [begin, ...(dear.length > 0 ? dear : [none]), lookAtThem];
    return {kind: 'keep', why: [...why, ...alsoTighter(judged)]};
  }
  return {
    kind: 'change',
    to,
    why: [
      begin,
      `With ${settingText(to)} it would have been ${both('likelyInnocent', to)}, and ${both('goodDuring', to)} good messages kept away instead of ${both('goodDuring', today)}.`,
      `The price: ${both('answers', to)} answers to unknown names for clients that any of these settings blocks, instead of ${both('answers', today)}.`,
      ...dear,
      'A guesser that delivers spam looks like them too. If you know who they are, a line in the whitelist is better than a looser setting for all.',
    ],
  };
}

const lookAtThem =
  'So look at these clients. One that you know belongs into the whitelist, which costs no answers: blocksmtp allow ADDRESS.';

/** A few more answers in both parts do not count as a price, even if today's are few. */
const isDear = ({fit, check}: JudgedTrial, today: JudgedTrial): boolean =>
  [[fit.answers, today.fit.answers] as const, [check.answers, today.check.answers] as const].some(
    ([answers, now]) => answers > Math.max(mostPrice * now, now + leastAnswersSaved),
  );

const dearText = (trial: JudgedTrial, today: JudgedTrial): string =>
  `${settingText(trial)} is not proposed: it would have blocked ${both('likelyInnocent', trial)} of them and kept ${both('goodDuring', trial)} good messages away instead of ${both('goodDuring', today)}, but guessers would have got ${both('answers', trial)} answers instead of ${both('answers', today)}, more than ${mostPrice} times as many.`;

/** A client that was blocked in one part, and sent good mail only in the other, counts in neither. */
const partsText = (today: JudgedTrial): string =>
  today.fit.likelyInnocent + today.check.likelyInnocent === 0
    ? ', though not in the part of the log in which they were blocked'
    : `: ${both('likelyInnocent', today)} in the two parts of the log`;

const alsoTighter = (judged: readonly JudgedTrial[]): string[] =>
  judged.some(({is}) => is === 'tighter')
    ? ['While one of them is blocked, no tighter setting is proposed.']
    : [];

function tighter(
  judged: readonly JudgedTrial[],
  today: JudgedTrial,
  facts: LogFacts,
  blockTimeMax: number,
): Proposal {
  const refused: string[] = [];
  const good = steps(judged).filter(({trial, next}) => {
    const why = whyNot(trial, next, today, facts, blockTimeMax);
    if (why.length > 0) refused.push(`${settingText(trial)} is not proposed: ${why.join('; ')}.`);
    return why.length === 0;
  });
  const [best] = good.map(({trial}) => trial).sort((a, b) => order(a.fit, b.fit));
  const begin = "Today's settings would have blocked nobody who sent good mail.";
  if (best === undefined) return {kind: 'keep', why: [begin, ...refused]};
  return {
    kind: 'change',
    to: best,
    why: [
      begin,
      `${settingText(best)} would not have either, and guessers would have got ${both('answers', best)} answers instead of ${both('answers', today)}.`,
      ...(best.changes === 'threshold'
        ? ['The next tighter threshold would not have either, so the edge is not near.']
        : []),
      witnessText(facts),
      ...refused,
    ],
  };
}

/** The trial that is one step tighter than today's, and the next tighter one. */
interface Step {
  readonly trial: JudgedTrial;
  readonly next: JudgedTrial | undefined;
}

/** Only one step at a time: the next one needs another log. */
function steps(judged: readonly JudgedTrial[]): Step[] {
  const thresholds = judged
    .filter(({is, changes}) => is === 'tighter' && changes === 'threshold')
    .sort((a, b) => b.threshold - a.threshold);
  const [first, second] = thresholds;
  const longer = judged.filter(({is, changes}) => is === 'tighter' && changes === 'blockTime');
  return [
    ...(first === undefined ? [] : [{trial: first, next: second}]),
    ...longer.map((trial) => ({trial, next: undefined})),
  ];
}

function whyNot(
  trial: JudgedTrial,
  next: JudgedTrial | undefined,
  today: JudgedTrial,
  facts: LogFacts,
  blockTimeMax: number,
): string[] {
  if (innocents(trial) > 0) {
    return [
      `it would have blocked ${countText(innocents(trial), 'client')} that also sent good mail`,
    ];
  }
  const saved = today.fit.answers - trial.fit.answers;
  if (saved < leastAnswersSaved || saved < leastGain * today.fit.answers) {
    return [
      `it would have saved ${Math.max(0, saved)} of ${today.fit.answers} answers in the first part of the log, which may be chance`,
    ];
  }
  const savedLater = today.check.answers - trial.check.answers;
  if (savedLater < leastGainChecked * today.check.answers || savedLater <= 0) {
    return [
      `in the rest of the log it would have saved ${Math.max(0, savedLater)} of ${today.check.answers} answers only`,
    ];
  }
  const little = tooLittleFor(trial, facts, blockTimeMax);
  if (little.length > 0) return [`the log does not support it: ${little.join(', ')}`];
  if (trial.changes !== 'threshold') return [];
  if (next === undefined) return ['nothing tighter could be tried to show how near the edge is'];
  return innocents(next) === 0
    ? []
    : [
        `the next tighter threshold, ${next.threshold}, would have blocked ${countText(innocents(next), 'client')} that also sent good mail`,
      ];
}

/** The rule of three: if none of n clients was blocked, the true share is at most 3 / n, with 95 % confidence. */
function witnessText({check, whole: {mistypers}}: LogFacts): string {
  return `Good mail came from ${check.goodSenders} clients in the days of the check; ${mistypers} in the whole log asked for an unknown name too, and none of them was blocked: so with 95 % confidence fewer than 1 in ${Math.max(1, Math.floor(mistypers / 3))} of such clients would be.`;
}

/** Counted in the whole log, because a client that was blocked in the first part may have sent good mail only in the rest. */
const innocents = ({whole}: JudgedTrial): number => whole.likelyInnocent;

const order = (a: Price, b: Price): number =>
  a.likelyInnocent - b.likelyInnocent || a.goodDuring - b.goodDuring || a.answers - b.answers;

/** Whether the setting is better in the rest of the log too, if anything there could be better. */
const holds = (checked: Price, today: Price): boolean =>
  isBetter(checked, today) || (today.likelyInnocent === 0 && !isBetter(today, checked));

/** Whether a setting is better for clients that may be innocent. */
const isBetter = (a: Price, b: Price): boolean =>
  a.likelyInnocent < b.likelyInnocent ||
  (a.likelyInnocent === b.likelyInnocent && a.goodDuring < b.goodDuring);

/** `34 / 21`, as in the table: the first part of the log, and the rest. */
const both = (what: keyof Price, {fit, check}: JudgedTrial): string =>
  `${fit[what]} / ${check[what]}`;
