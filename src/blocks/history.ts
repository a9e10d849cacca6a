/** Past events of a network, for an operator. Plain data. */
export interface HistoryEntry {
  readonly atMs: number;
  readonly network: string;
  readonly event: 'blocked' | 'ended' | 'unblocked';
  readonly reason: string;
}

/** The reason for each block that `flush` lifts: it does not mean that the operator trusts this client. */
export const flushReason = 'by the operator, with all others';

/**
 * Events kept. A count: the oldest go first. A row with its index takes half a kilobyte, so this is 100 MB.
 * Under the heaviest attack, a thousand blocks a minute, it fills in a few hours; in normal use it lasts for
 * months.
 */
export const mostHistoryRows = 200_000;

/** Events that wait for a disk that cannot be written. A count: the newest are kept. */
export const mostUnsavedRows = 10_000;
