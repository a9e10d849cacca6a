/**
 * The name of a remote address (PTR), for people only: whoever has the address writes it, so nothing
 * is decided by it. Asked with a bound, and remembered for a while.
 */
import {Resolver} from 'node:dns/promises';

/** For one try. Ms. */
const timeoutMs = 2000;
/** Asked at a time. A count: of the others there is no name. */
const mostAsked = 32;
/** Names remembered. A count. */
const mostKnown = 1000;
/** A name of the DNS (RFC 1035 section 2.3.4). Characters. */
const shape = /^[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$/;

export class RemoteNames {
  readonly #resolver = new Resolver({timeout: timeoutMs, tries: 1});
  readonly #known = new Map<string, string>();
  readonly #asking = new Map<string, Promise<string>>();

  /** @param servers asked instead of the machine's own; for tests */
  constructor(servers: readonly string[] = []) {
    if (servers.length > 0) this.#resolver.setServers(servers);
  }

  /**
   * @param stop when nobody waits for it any more
   * @returns undefined when there is none, or nobody answers in time
   */
  async of(address: string, stop?: AbortSignal): Promise<string | undefined> {
    const known = this.#known.get(address);
    if (known !== undefined) return known === '' ? undefined : known;
    const asking = this.#asking.get(address) ?? this.#begin(address);
    const name = await (stop === undefined ? asking : unlessGiven(asking, stop));
    return name === '' ? undefined : name;
  }

  #begin(address: string): Promise<string> {
    if (this.#asking.size >= mostAsked) return Promise.resolve('');
    const asking = this.#ask(address).then((name) => {
      this.#asking.delete(address);
      if (this.#known.size >= mostKnown) this.#known.clear();
      this.#known.set(address, name);
      return name;
    });
    this.#asking.set(address, asking);
    return asking;
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

/** What comes first; nothing is left with the signal, which lives longer than the question. */
async function unlessGiven(asking: Promise<string>, stop: AbortSignal): Promise<string> {
  let give: () => void = () => undefined;
  const given = new Promise<string>((resolve) => {
    give = () => resolve('');
    stop.addEventListener('abort', give);
    if (stop.aborted) give();
  });
  try {
    return await Promise.race([asking, given]);
  } finally {
    stop.removeEventListener('abort', give);
  }
}
