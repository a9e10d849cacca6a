/**
 * The clock in the ids that messages of a mailer begin with. It is UTC and knows the year, so it tells
 * what the stamp of a line leaves open (`stamp.ts`). Which mailer's ids these are is not known here.
 */
export interface IdClock {
  /** @returns how many characters the id has that the message begins with; 0: there is none */
  readonly lengthIn: (message: string) => number;
  /** How many of its first characters name the day of an id. A count. */
  readonly dayLength: number;
  /**
   * When the day begins that these characters name.
   *
   * @param latestMs no id is made later than this; ms since the epoch
   * @returns ms since the epoch, undefined where they name no day
   */
  readonly dayOf: (day: string, latestMs: number) => number | undefined;
  /** When the id was made. @returns ms since the epoch, undefined where it does not tell */
  readonly timeOf: (id: string, latestMs: number) => number | undefined;
}

/** Of messages that begin with no id, or with one that does not tell when it was made. */
export const noIdClock: IdClock = {
  lengthIn: () => 0,
  dayLength: 0,
  dayOf: () => undefined,
  timeOf: () => undefined,
};
