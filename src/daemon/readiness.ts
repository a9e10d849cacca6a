/**
 * Tells the service manager that the daemon is ready, and from then on that it is alive: a process
 * that hangs says nothing, and the manager restarts it. Over all lives, for a reload is no end. If
 * no manager listens it does nothing. When a life is ready is for `life.ts`.
 */
import {Troubles} from '../base/mechanisms/troubles.js';
import {SingleFlight} from '../base/mechanisms/single-flight.js';
import type {Say} from '../base/say.js';
import type {ServiceManager} from '../sys/run/service-manager.js';

/** What a life gives when it is ready. */
export interface ReadyLife {
  /** How it stands, in one line. */
  readonly status: () => string;
  readonly say: Say;
}

/** Of the time in which it must be heard. A count: three runs of systemd-notify may fail. */
const signsInTime = 4;
/** The same where nobody watches: for the status, and for a first message that was lost. Ms. */
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

  /** The life has begun its work; the one before is over. */
  ready(life: ReadyLife): void {
    this.#life = life;
    if (this.#manager === undefined) return;
    void this.#telling.run();
    const {watchdogMs = unwatchedMs} = this.#manager;
    // In the main loop and nowhere else: what blocks that blocks this.
    this.#timer ??= setInterval(() => void this.#telling.join(), watchdogMs / signsInTime);
  }

  /** Ends when no message is under way any more. */
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
