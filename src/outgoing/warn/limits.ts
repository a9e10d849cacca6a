/**
 * Decides which sightings lead to a warning: one for each program and destination in an interval. The
 * bounds for each user hold even if the user gives every program a new name. Does not decide which
 * programs are allowed (`outgoing/allowed.ts`) or which connections are new
 * (`outgoing/seen-connections.ts`).
 */
import {BoundedMap} from '../../base/mechanisms/bounded-map.js';
import {isWithin} from '../../base/mechanisms/elapsed.js';
import {programKey, type Sighting} from '../owner.js';
import {UserShares} from './shares.js';

/**
 * Destinations of one program that lead to warnings. A count: after these the operator knows that it
 * writes to many.
 */
export const mostDestinations = 5;
/** Programs of one user that lead to warnings in an interval. A count. */
export const mostProgramsOfUser = 10;
/** The same for one range of user numbers, which may belong to one user (`shares.ts`). A count. */
export const mostProgramsOfRange = 50;
/** The same for all users together. A count: nobody reads more, and a flooded log hides the rest. */
export const mostPrograms = 200;
/** Programs remembered. A count. */
export const mostRemembered = 10_000;

export type Telling =
  | {readonly kind: 'silent'}
  | {
      readonly kind: 'warn';
      /** Connections of the program since the last warning, this one included. A count. */
      readonly times: number;
      /** What leads to no more warnings in this interval. `told`: nothing is silenced. */
      readonly further: 'told' | 'program' | 'user' | 'everybody';
    };

interface Program {
  readonly destinations: Set<string>;
  readonly sinceMs: number;
  untold: number;
}

export class WarningLimits {
  readonly #programs = new BoundedMap<string, Program>(mostRemembered);
  /** Programs that led to a warning in this interval, by user. */
  readonly #told = new UserShares({ofUser: mostProgramsOfUser, ofRange: mostProgramsOfRange});
  #toldOfAll = 0;
  #sinceMs = 0;

  /**
   * Decides whether a sighting leads to a warning. Call it only for senders that are not allowed.
   *
   * @param intervalMs for this long the program and destination lead to no second warning
   */
  tell(sighting: Sighting, intervalMs: number, nowMs: number): Telling {
    const span = {nowMs, intervalMs};
    if (isOver(this.#sinceMs, span)) this.#beginAnew(nowMs);
    const program = this.#program(programKey(sighting), span);
    program.untold += 1;
    const {destinations} = program;
    const destination = sighting.connection.remote.text;
    if (destinations.has(destination) || destinations.size >= mostDestinations) return silent;
    const user = sighting.owner?.uid ?? sighting.connection.uid;
    const isNew = destinations.size === 0;
    if (isNew && (this.#told.isUsedUp(user) || this.#toldOfAll >= mostPrograms)) return silent;
    destinations.add(destination);
    if (isNew) {
      this.#told.take(user);
      this.#toldOfAll += 1;
    }
    const times = program.untold;
    program.untold = 0;
    return {kind: 'warn', times, further: this.#further(program, isNew, user)};
  }

  /** Forgets programs whose interval is over. */
  sweep(intervalMs: number, nowMs: number): void {
    for (const [key, {sinceMs}] of this.#programs.entries()) {
      if (isOver(sinceMs, {nowMs, intervalMs})) this.#programs.delete(key);
    }
  }

  #further(
    {destinations}: Program,
    isNew: boolean,
    user: number,
  ): Extract<Telling, {kind: 'warn'}>['further'] {
    if (isNew && this.#toldOfAll >= mostPrograms) return 'everybody';
    if (isNew && this.#told.isUsedUp(user)) return 'user';
    return destinations.size >= mostDestinations ? 'program' : 'told';
  }

  #beginAnew(nowMs: number): void {
    this.#sinceMs = nowMs;
    this.#told.clear();
    this.#toldOfAll = 0;
  }

  #program(key: string, span: Span): Program {
    const known = this.#programs.get(key);
    if (known !== undefined && !isOver(known.sinceMs, span)) return known;
    const program = {
      destinations: new Set<string>(),
      sinceMs: span.nowMs,
      untold: known?.untold ?? 0,
    };
    this.#programs.set(key, program);
    return program;
  }
}

interface Span {
  readonly nowMs: number;
  readonly intervalMs: number;
}

const isOver = (sinceMs: number, {nowMs, intervalMs}: Span): boolean =>
  !isWithin(sinceMs, intervalMs, nowMs);

const silent: Telling = {kind: 'silent'};
