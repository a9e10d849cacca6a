/**
 * Looks where the mailer of this machine takes connections, and keeps that in the state: so a
 * daemon that starts before the mailer guards what it guarded before. `sessions/served-ports.ts`
 * decides what counts as open.
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
  /** Where blocks hold since the first look; undefined: before it. */
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

  /** At which clients have their sessions. */
  get sessionPorts(): readonly number[] {
    return sessionPorts(this.#guardedNow(), this.#seen.ports);
  }

  /**
   * Looks once. Whatever the machine refuses to show changes nothing.
   *
   * @returns what has changed since the first look, for people; undefined: nothing that counts
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
