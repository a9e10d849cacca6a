/**
 * The name of a remote address (PTR), for people only: whoever has the address writes it, so nothing
 * is decided by it. Asked with a bound, and remembered for a while.
 */
import {Resolver} from 'node:dns/promises';

/** For one try. Ms. */
const timeoutMs = 2000;
/** Names remembered. A count. */
const mostKnown = 1000;
/** A name of the DNS (RFC 1035 section 2.3.4). Characters. */
const shape = /^[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$/;

export class RemoteNames {
  readonly #resolver = new Resolver({timeout: timeoutMs, tries: 1});
  readonly #known = new Map<string, string>();

  /** @param servers asked instead of the machine's own; for tests */
  constructor(servers: readonly string[] = []) {
    if (servers.length > 0) this.#resolver.setServers(servers);
  }

  /** @returns undefined when there is none, or nobody answers in time */
  async of(address: string): Promise<string | undefined> {
    const known = this.#known.get(address);
    if (known !== undefined) return known === '' ? undefined : known;
    const name = await this.#ask(address);
    if (this.#known.size >= mostKnown) this.#known.clear();
    this.#known.set(address, name);
    return name === '' ? undefined : name;
  }

  async #ask(address: string): Promise<string> {
    try {
      const names = await this.#resolver.reverse(address);
      return names.find((name) => shape.test(name)) ?? '';
    } catch {
      return '';
    }
  }
}
