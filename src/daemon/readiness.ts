/**
 * Tells the service manager that the daemon is ready, and from then on that it is alive: a process
 * that hangs sends nothing, and the manager restarts it. Outlives all lives, because a reload is
 * not an end. Does nothing if no manager listens. `life.ts` decides when a life is ready.
 */
import {Troubles} from '../base/mechanisms/troubles.js';
import {SingleFlight} from '../base/mechanisms/single-flight.js';
import type {Say} from '../base/say.js';
import type {ServiceManager} from '../sys/run/service-manager.js';

/** What a life passes on when it is ready. */
export interface ReadyLife {
  /** The state in one line. */
  readonly status: () => string;
  readonly say: Say;
}

/**
 * How many signs of life are sent within the watchdog's time. A count: three runs of systemd-notify
 * may fail.
 */
const signsInTime = 4;
/**
 * The watchdog's time if the manager does not watch: the status is still sent, and replaces a first
 * message that was lost. Ms.
 */
const unwatchedMs = 240_000;

export class Readiness {
  readonly #manager: ServiceManager | undefined;
  #life: ReadyLife | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #telling = new SingleFlight(() => this.#tell());
  readonly #troubles = new Troubles((level, message) => this.#life?.say(level, message));

  constructor(manager: ServiceManager | undefined) {
    this.#manager = manager;
  }

  /** The life has begun its work; the previous one is over. */
  ready(life: ReadyLife): void {
    this.#life = life;
    if (this.#manager === undefined) return;
    void this.#telling.run();
    const {watchdogMs = unwatchedMs} = this.#manager;
    // Sent from the main loop and nowhere else, so that whatever blocks the loop stops the signs of
    // life.
    this.#timer ??= setInterval(() => void this.#telling.join(), watchdogMs / signsInTime);
  }

  /** Ends when no message is under way. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#telling.settled();
  }

  async #tell(): Promise<void> {
    const told = await this.#manager?.tell(this.#life?.status() ?? '');
    if (told === undefined || told.kind === 'done') {
      this.#troubles.end('notify');
      return;
    }
    const message = `cannot tell the service manager that the daemon is alive: ${told.why}`;
    this.#troubles.begin('notify', message, 'warning');
  }
}
