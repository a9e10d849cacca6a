/** Past events of a network, for an operator. Plain data. */
export interface HistoryEntry {
  readonly atMs: number;
  readonly network: string;
  readonly event: 'blocked' | 'ended' | 'unblocked';
  readonly reason: string;
}

/** Of a block that was lifted with all others: nobody has said that this client is no guesser. */
export const flushReason = 'by the operator, with all others';

/**
 * Events that are kept. A count: the oldest go first. A row with its index takes half a kilobyte, so this is
 * 100 MB: a thousand blocks a minute would fill that again each day and more, and honest use in months.
 */
export const mostHistoryRows = 200_000;

/** Events that wait for a disk that refuses them. A count: the newest. */
export const mostUnsavedRows = 10_000;
