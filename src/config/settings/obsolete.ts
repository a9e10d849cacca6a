/**
 * The settings of earlier versions that decide nothing any more, with the reason for each: a clause
 * that completes a log line. `config/obsolete.ts` handles a file that still has one.
 */
export const obsolete = {
  leastUnknownShare:
    'each recipient that takes mail now speaks for its client, and no share is asked for',
  leakTime: 'nothing is forgiven by the minute any more, for that let patient guessers through',
  blockTimeFactor: 'how long a further block lasts now depends on what its client has delivered',
  repeatMemory: 'what is known of a client now has one age, and its blocks are forgotten with it',
  goodSendersMax:
    'blocking now stops when names that took mail this week are refused, which no mailing can bring about',
} as const;
