/**
 * Looks up the name of a remote address (PTR), for people only. The owner of the address chooses it,
 * so no decision depends on it. The number of look-ups is bounded, and answers are remembered for a while.
 */
import {Resolver} from 'node:dns/promises';
import {BoundedMap} from '../../base/mechanisms/bounded-map.js';
import {type PoolResult, WorkerPool} from '../../base/mechanisms/worker-pool.js';

/** Time for one try. Ms. */
const timeoutMs = 2000;
/** At most so many look-ups at a time. A count: further addresses get no name. */
export const mostAsked = 32;
/** At most so many names are remembered. A count. */
const mostKnown = 1000;
/** A name of the DNS (RFC 1035 section 2.3.4). Characters. */
const shape = /^[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$/;

export class RemoteNames {
  readonly #resolver = new Resolver({timeout: timeoutMs, tries: 1});
  readonly #known = new BoundedMap<string, string>(mostKnown);
  readonly #pool = new WorkerPool({atOnce: mostAsked, waiting: 0});
  readonly #asking = new Map<string, Promise<string>>();

  /** @param servers tests name servers to use instead of the machine's own */
  constructor(servers: readonly string[] = []) {
    if (servers.length > 0) this.#resolver.setServers(servers);
  }

  /**
   * @param stop comes when the caller no longer waits
   * @returns undefined if there is no name, or no answer in time
   */
  async of(address: string, stop?: AbortSignal): Promise<string | undefined> {
    const known = this.#known.get(address);
    if (known !== undefined) return known === '' ? undefined : known;
    const asking = this.#asking.get(address) ?? this.#begin(address);
    const name = await (stop === undefined ? asking : unlessGiven(asking, stop));
    return name === '' ? undefined : name;
  }

  /** Ends all look-ups, because a process that is done must not wait for a silent server. */
  stop(): void {
    this.#resolver.cancel();
  }

  /** @returns empty: there is no name */
  async #begin(address: string): Promise<string> {
    if (this.#pool.isFull) return '';
    const asking = this.#pool.run(() => this.#ask(address)).then(nameOf);
    this.#asking.set(address, asking);
    const name = await asking;
    this.#asking.delete(address);
    this.#known.set(address, name);
    return name;
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

const nameOf = (asked: PoolResult<string>): string => (asked.kind === 'done' ? asked.result : '');

/** The answer or the signal, whichever comes first. Removes its listener, because the signal outlives the look-up. */
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
