/**
 * Makes a sighting of what was seen of a connection, and queues it for the watch together with the other
 * reports. A sighting whose owner is still being described is queued as soon as that is done, and no
 * other one waits for it.
 */
import {BoundedQueue} from '../../base/mechanisms/bounded-queue.js';
import type {Say} from '../../base/say.js';
import type {Connection} from '../connection.js';
import type {Confidence, Owner, Sighting} from '../owner.js';
import type {Permission} from '../sender-hours.js';
import type {Observation} from '../watch/observation.js';
import {nowMs} from '../../sys/run/clock.js';

/** Reports that the watch has not taken yet. A count: beyond, the observer waits for the watch. */
const mostQueued = 1000;

export class Sightings {
  /** For one taker. */
  readonly queue = new BoundedQueue<Observation>(mostQueued);
  readonly #say: Say;
  /** Sightings whose owner is being described. */
  readonly #described = new Set<Promise<void>>();

  constructor(say: Say) {
    this.#say = say;
  }

  /** @returns ends when the sighting is queued */
  add(
    sureness: Confidence,
    connection: Connection,
    standing: Permission,
    owner?: Owner,
  ): Promise<void> {
    const sighting: Sighting = {atMs: nowMs(), connection, sureness, ...(owner && {owner})};
    return this.queue.put({kind: 'sighting', sighting, standing});
  }

  /** Does not wait for the description. Logs a failure. */
  whenDescribed(owner: Promise<Owner>, add: (owner: Owner) => Promise<void>): void {
    const adding = owner
      .then(add)
      .catch((error: unknown) => {
        this.#say('error', `outgoing: cannot report a connection: ${(error as Error).message}`);
      })
      .finally(() => this.#described.delete(adding));
    this.#described.add(adding);
  }

  /** Ends when all are queued whose owner was being described. */
  async settled(): Promise<void> {
    await Promise.all(this.#described);
  }
}
