/**
 * Finds the ports at which this machine's mailer accepts connections, and stores them in the state.
 * So a daemon that starts before the mailer guards the ports that it guarded before.
 * `sessions/served-ports.ts` decides which ports count as open.
 */
import type {Config} from '../../config/schema.js';
import type {State} from '../../guard/state.js';
import type {Dialect} from '../../mail/dialect.js';
import {guardedPorts, seenKey, seenNow, type SeenPorts, sessionPorts} from '../served-ports.js';
import {listeningPorts} from '../../sys/proc/sockets/listeners.js';

type Settings = Pick<Config, 'mailerPorts' | 'hookChains'>;

export class PortWatch {
  readonly #settings: Settings;
  readonly #table: State['mailerPorts'];
  readonly #find: () => Promise<readonly number[]>;
  #seen: SeenPorts;
  /** The ports at which blocks hold since the first look; undefined: before it. */
  #guarded: readonly number[] | undefined;

  constructor(
    settings: Settings,
    {mailerPorts}: Pick<State, 'mailerPorts'>,
    dialect: Dialect,
    find: () => Promise<readonly number[]> = () => listeningPorts(dialect),
  ) {
    this.#settings = settings;
    this.#table = mailerPorts;
    this.#find = find;
    this.#seen = {ports: mailerPorts.get(seenKey) ?? [], misses: new Map()};
  }

  /** The ports at which clients have their sessions. */
  get sessionPorts(): readonly number[] {
    return sessionPorts(this.#guardedNow(), this.#seen.ports);
  }

  /**
   * Looks once. If the machine refuses to show something, nothing changes.
   *
   * @returns what has changed since the first look, for people; undefined: nothing that matters
   */
  async look(): Promise<string | undefined> {
    const found = await this.#find().catch(() => []);
    this.#seen = seenNow(this.#seen, found);
    const {ports} = this.#seen;
    if (ports.length > 0 && ports.join() !== this.#table.get(seenKey)?.join()) {
      this.#table.set(seenKey, ports);
    }
    const now = this.#guardedNow();
    const before = this.#guarded ?? now;
    this.#guarded = now;
    if (now.join() === before.join()) return undefined;
    return `the mailer takes connections at ${now.join(', ')} now, no longer at ${before.join(', ')}`;
  }

  #guardedNow(): readonly number[] {
    return guardedPorts(this.#settings.mailerPorts, this.#seen.ports);
  }
}
