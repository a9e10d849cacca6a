/**
 * Decides what speaks for a blocked client: its mail arrived, our users write to it, or its block was taken back.
 * Such clients are the likely false positives. Some may be guessers all the same, because guessers deliver
 * spam. Also decides the order of these clients.
 */
import type {Doubt, Doubtful, Offender} from './overview.js';
import type {ClientView} from '../judge/view.js';

/** The doubts that follow from what the judge knows about a client. */
export function doubtsOfClient(view: ClientView | undefined, lastBlockMs: number): Doubt[] {
  if (view === undefined) return [];
  const {delivered: recipients, deliveredDays: days, deliveredMs, standing, friend} = view;
  const isSince = deliveredMs !== undefined && deliveredMs > lastBlockMs;
  const isMailer = standing !== 'stranger' || (recipients > 0 && isSince);
  return [
    ...(isMailer
      ? [{kind: 'delivered', recipients, days, lastMs: deliveredMs ?? null} as const]
      : []),
    ...(friend === 'yes' ? [{kind: 'friend'} as const] : []),
  ];
}

export const doubtful = (offender: Offender, doubts: readonly Doubt[]): Doubtful[] =>
  doubts.length === 0 ? [] : [{...offender, doubts}];

export const byDoubt = (a: Doubtful, b: Doubtful): number =>
  rankOf(b) - rankOf(a) || mailOf(b) - mailOf(a) || b.lastMs - a.lastMs;

const rankOf = ({doubts, lastMs}: Doubtful): number =>
  Math.max(...doubts.map((doubt) => rankOfOne(doubt, lastMs)));

/** First a person's word, then mail that came after or during a block, then mail from before. */
function rankOfOne(doubt: Doubt, lastBlockMs: number): number {
  switch (doubt.kind) {
    case 'lifted':
      return doubt.by === 'operator' || doubt.by === 'exempt' ? 5 : 0;
    case 'goodMail':
      return doubt.during > 0 ? 4 : doubt.after > 0 ? 3 : 1;
    case 'delivered':
      return (doubt.lastMs ?? 0) > lastBlockMs ? 3 : doubt.days > 1 ? 2 : 1;
    case 'friend':
      return 2;
  }
}

/** Messages that arrived, or recipients that took mail. A count. */
function mailOf({doubts}: Doubtful): number {
  const counts = doubts.map((doubt) => {
    if (doubt.kind === 'delivered') return doubt.recipients;
    if (doubt.kind === 'goodMail') return doubt.before + doubt.during + doubt.after;
    return 0;
  });
  return counts.reduce((sum, count) => sum + count, 0);
}
