/**
 * Identifies one process, as opposed to a later one with the same pid. It is compared just before a
 * signal is sent.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** Field 22 of proc(5) stat: ticks since the machine booted. Setting the clock does not move it. */
  readonly startTicks: number;
}
