/** What happened to a network, for people who ask why. Plain data. */
export interface HistoryEntry {
  readonly atMs: number;
  readonly network: string;
  readonly event: 'blocked' | 'ended' | 'unblocked';
  readonly reason: string;
}
