/**
 * The report on a log that was replayed: the same values as from the daemon's memory, as far as the log tells
 * them. What the daemon knows from elsewhere, mail of local programs and complaints, is not in it.
 */
import type {AllDealings} from './dealings.js';
import type {Replayed} from './replayed.js';
import {doubtful} from '../overview/doubts.js';
import {ranked} from '../overview/offenders.js';
import type {Offender, Overview} from '../overview/overview.js';
import {sumOf, timeRows} from '../overview/time-rows.js';
import type {State} from '../guard/state.js';
import {hourMs, keptMs} from '../tally/hours.js';
import {levelSums} from '../tally/score-days.js';

interface ReplayedRun {
  readonly replayed: Replayed;
  readonly dealings: Pick<AllDealings, 'blocked'>;
  /** What `OutcomeTally` has counted. */
  readonly tally: Pick<State, 'outcomeHours' | 'scoreDays'>;
}

export function overviewOfReplay({replayed, dealings, tally}: ReplayedRun): Overview {
  const hours = [...tally.outcomeHours.values()].map(({hour}) => hour);
  const {lines, files, limits, blocks} = replayed;
  const lastHour = hours.reduce((most, hour) => Math.max(most, hour), 0);
  const fromMs = limits.beganMs ?? 0;
  const untilMs = Math.max(fromMs, (lastHour + 1) * hourMs - 1);
  // Of a longer log only the last 90 days are counted; who was blocked is of all of it.
  const countedFromMs =
    limits.beganMs === null ? null : Math.max(fromMs, lastHour * hourMs - keptMs);
  const reasons = new Map(blocks.map((block) => [block.network, block]));
  const all = [...dealings.blocked].map(([network, {blocks: count, firstMs, answers, good}]) => {
    const latest = reasons.get(network);
    const lastMs = latest?.fromMs ?? firstMs ?? fromMs;
    const offender: Offender = {
      ...{network, blocks: count, firstMs: firstMs ?? lastMs, lastMs, untilMs: null, answers},
      reason: latest?.reason ?? '',
    };
    return {offender, good};
  });
  const offenders = all.map(({offender}) => offender);
  const doubts = all.flatMap(({offender, good}) =>
    doubtful(
      offender,
      good.before + good.during + good.after > 0 ? [{kind: 'goodMail', ...good}] : [],
    ),
  );
  const times = timeRows(tally.outcomeHours.values(), fromMs, untilMs);
  const sums = sumOf(times.rows);
  return {
    ...{from: {kind: 'log', lines, files}, fromMs, untilMs, countedFromMs},
    ...{sums, times, blocksFromMs: fromMs},
    ...ranked(offenders, doubts),
    curve: {
      threshold: limits.threshold,
      points: levelSums(tally.scoreDays.values(), fromMs, untilMs),
      ...{lowBlocks: sums.lowBlocks, above: 'answered'},
    },
    ...{outgoing: null, complaints: null},
  };
}
