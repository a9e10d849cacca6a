/** A process and no later one with its number: what is compared just before a signal. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Field 22 of proc(5) stat: ticks since the machine was started. No setting of the clock moves it. */
  readonly startTicks: number;
}
