/**
 * Makes sightings, and queues them for the watch together with the other reports. A sighting whose owner is still
 * being described is queued as soon as the description is ready. No other sighting waits for it.
 */
import {BoundedQueue} from '../../base/mechanisms/bounded-queue.js';
import type {Say} from '../../base/say.js';
import type {Connection} from '../connection.js';
import type {Confidence, Owner, Sighting} from '../owner.js';
import type {Permission} from '../sender-hours.js';
import type {Observation} from '../watch/observation.js';
import {nowMs} from '../../sys/run/clock.js';

/** Reports that the watch has not taken yet. A count: when it is reached, the observer waits for the watch. */
const mostQueued = 1000;

export class Sightings {
  /** Only the watch reads it. */
  readonly queue = new BoundedQueue<Observation>(mostQueued);
  readonly #say: Say;
  /** Sightings whose owner is being described. */
  readonly #described = new Set<Promise<void>>();

  constructor(say: Say) {
    this.#say = say;
  }

  /** Resolves when the sighting is queued. */
  add(
    sureness: Confidence,
    connection: Connection,
    standing: Permission,
    owner?: Owner,
  ): Promise<void> {
    const sighting: Sighting = {atMs: nowMs(), connection, sureness, ...(owner && {owner})};
    return this.queue.put({kind: 'sighting', sighting, standing});
  }

  /** Calls `add` when the description is ready, and does not wait for it. Logs a failure. */
  whenDescribed(owner: Promise<Owner>, add: (owner: Owner) => Promise<void>): void {
    const adding = owner
      .then(add)
      .catch((error: unknown) => {
        this.#say('error', `outgoing: cannot report a connection: ${(error as Error).message}`);
      })
      .finally(() => this.#described.delete(adding));
    this.#described.add(adding);
  }

  /** Resolves when all sightings are queued whose owner was being described. */
  async settled(): Promise<void> {
    await Promise.all(this.#described);
  }
}
