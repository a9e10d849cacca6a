/**
 * Decides what a log can support: how much log a proposal needs, and how much more a tighter one needs. A policy that
 * blocks more must be tried on many clients that must not be blocked. A policy that blocks less needs little.
 */
import type {JudgedTrial, LogFacts} from './price.js';

/** Any proposal needs so many days behind the first one, because with fewer there is no second part. A count. */
export const leastDays = 2;
/** A tighter proposal needs so many days, because each day of the week has its own mailings. A count. */
export const leastDaysTighter = 7;
/** A tighter proposal needs so many good senders in the second part. A count. */
export const leastGoodSenders = 100;
/** It also needs so many good senders in the whole log that asked for an unknown name: only these are at risk. A count. */
export const leastMistypers = 30;
/**
 * No lower threshold is proposed. Names: at 5, a mailer with 30 unknown names in 100 is blocked once in 300
 * rows (`score/weights.ts`), and no log is large enough to show that this is rare.
 */
export const leastProposedThreshold = 5;

/** Why no proposal is possible; empty: one is. */
export function tooLittle({days, lines, whole}: LogFacts): string[] {
  return [
    ...(lines === 0 ? ['The log is empty.'] : []),
    ...(lines > 0 && days < leastDays
      ? [
          `It has ${days} of the ${leastDays} days that are needed behind its first day, which only shows who is known: name older logs too.`,
        ]
      : []),
    ...(days >= leastDays && whole.goodSenders === 0
      ? ['It tells of nobody who delivered mail, so nobody can be seen to be blocked by mistake.']
      : []),
  ];
}

/** Why the log does not support a tighter policy; empty: it does. */
export function tooLittleFor(trial: JudgedTrial, facts: LogFacts, blockTimeMax: number): string[] {
  const {days, check, whole, forgottenSenders} = facts;
  const why: string[] = [];
  if (days < leastDaysTighter) {
    why.push(`it has ${days} days behind its first one, and ${leastDaysTighter} are needed`);
  }
  if (check.goodSenders < leastGoodSenders) {
    why.push(
      `good mail came from ${check.goodSenders} clients in the days of the check, and ${leastGoodSenders} are needed`,
    );
  }
  if (whole.mistypers < leastMistypers) {
    why.push(
      `${whole.mistypers} clients that deliver asked for an unknown name too, and ${leastMistypers} are needed`,
    );
  }
  if (forgottenSenders > 0) {
    why.push(
      `good mail came from more clients than can be remembered: ${forgottenSenders} were forgotten`,
    );
  }
  if (trial.changes === 'threshold' && trial.threshold < leastProposedThreshold) {
    why.push(`a threshold below ${leastProposedThreshold} is never proposed`);
  }
  const longestDays = Math.ceil((2 * blockTimeMax) / 86_400);
  if (trial.changes === 'blockTime' && days < longestDays) {
    why.push(`its blocks can last for half of the log: ${longestDays} days are needed`);
  }
  return why;
}
