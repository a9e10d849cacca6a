/** Identifies a process, and not a later one with its number: compared just before a signal. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Field 22 of proc(5) stat: ticks since the machine was started. No setting of the clock moves it. */
  readonly startTicks: number;
}
