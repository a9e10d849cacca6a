/**
 * Decides what of all sightings is told: nothing of allowed senders, and of others one warning for
 * each program and destination in a while. Which connections are new, `seen.ts` knows.
 */
import type {Sighting} from './owner.js';

/** Programs and destinations of which was told. A count. */
export const mostTold = 10_000;
/** A program that writes to the whole world is one matter: it is told of so many destinations. A count. */
export const mostDestinations = 5;
export type Telling =
  | {readonly kind: 'silent'}
  /** `times`: connections of the program since the last warning, itself among them. A count. */
  | {readonly kind: 'warn'; readonly times: number};

interface Program {
  /** When it was last told of this destination. Ms. */
  readonly destinations: Map<string, number>;
  /** Of the latest hour or so. */
  sinceMs: number;
  untold: number;
}

export class Watch {
  readonly #intervalMs: number;
  readonly #programs = new Map<string, Program>();

  /** @param intervalSeconds for so long a program is not told of again */
  constructor(intervalSeconds: number) {
    this.#intervalMs = intervalSeconds * 1000;
  }

  /** What is told of a sender who is not allowed. */
  tell(sighting: Sighting, nowMs: number): Telling {
    const program = this.#program(programKey(sighting), nowMs);
    program.untold += 1;
    const {destinations} = program;
    const destination = sighting.connection.remote.text;
    const isTold = destinations.has(destination) || destinations.size >= mostDestinations;
    if (isTold) return {kind: 'silent'};
    destinations.set(destination, nowMs);
    const times = program.untold;
    program.untold = 0;
    return {kind: 'warn', times};
  }

  /** Forgets what is over. */
  sweep(nowMs: number): void {
    for (const [key, {sinceMs}] of this.#programs) {
      if (nowMs - sinceMs > this.#intervalMs || sinceMs > nowMs) this.#programs.delete(key);
    }
  }

  #program(key: string, nowMs: number): Program {
    const known = this.#programs.get(key);
    const isOver = known !== undefined && nowMs - known.sinceMs >= this.#intervalMs;
    if (known !== undefined && !isOver) return known;
    const program = {
      destinations: new Map<string, number>(),
      sinceMs: nowMs,
      untold: known?.untold ?? 0,
    };
    this.#programs.delete(key);
    this.#programs.set(key, program);
    if (this.#programs.size > mostTold) {
      this.#programs.delete(this.#programs.keys().next().value ?? '');
    }
    return program;
  }
}

/** Which sightings are of one program: the same file and script, run by the same user. */
export function programKey({owner, connection}: Sighting): string {
  if (owner === undefined) return `uid ${connection.uid}`;
  const {uid, executable, command, script, directory} = owner;
  return [uid, executable || command, script || directory].join('\0');
}
