/**
 * Finds the abuse contact of an address: in the cache if it can, otherwise by asking one source after
 * the other until one names a contact. Runs one search at a time for one network, and few in all. Each search has a
 * time limit. The pure room decides the order of the sources and what to remember.
 */
import {unknownNetwork} from '../allotment.js';
import type {ContactAnswer, ContactSource, FindContact} from '../answer.js';
import type {ContactCache} from '../cache.js';
import {isOfInternet} from '../internet.js';
import {answerOf, type Finding, namesSomebody, rowOf, sources} from '../trust.js';
import {ContactNames} from './names.js';
import {Registry, type Search} from './registry.js';
import {SharedPace} from './shared-pace.js';
import {WorkerPool} from '../../../base/mechanisms/worker-pool.js';
import {printable} from '../../../base/printable.js';
import type {Address} from '../../../net/address.js';
import {monotonicMs} from '../../../sys/run/clock.js';

/** Searches that run at once, and searches that wait for their turn. Counts. */
const bounds = {atOnce: 4, waiting: 20};
/** Callers that may wait for a search, of all networks together. A count. */
export const mostAsking = 200;
/** The time limit of one search. Ms: room for all redirects of the slowest registry. */
const searchMs = 60_000;
/** A search for which there was no room is tried again after this time. Ms. */
const busyMs = 600_000;

interface FinderSettings {
  /** `rdap_bootstrap` and `contact_zone`. */
  readonly rdapBootstrap: string;
  readonly contactZone: string;
  /** All processes count their questions to registries there. */
  readonly stateDir: string;
  /** Tests name servers to use instead of the machine's own. */
  readonly nameServers?: readonly string[];
}

/** An answer, and whether it came from the cache or from a search. */
interface Looked {
  readonly answer: ContactAnswer;
  readonly by: 'cache' | 'search';
}

export class ContactFinder {
  readonly #cache: ContactCache;
  readonly #registry: Registry;
  readonly #names: ContactNames;
  readonly #pool = new WorkerPool(bounds);
  /** Running searches, by the smallest routed network around the address. They never fail. */
  readonly #flights = new Map<string, Promise<void>>();
  readonly #stop = new AbortController();
  #asking = 0;

  constructor(settings: FinderSettings, cache: ContactCache) {
    const {rdapBootstrap, contactZone, stateDir, nameServers} = settings;
    this.#cache = cache;
    this.#registry = new Registry(rdapBootstrap, new SharedPace(stateDir));
    this.#names = new ContactNames(contactZone, nameServers);
  }

  readonly find: FindContact = async (address, nowMs) => (await this.look(address, nowMs)).answer;

  /**
   * Never fails.
   *
   * @param again `failed`: also where a search failed recently: a person waits for the answer
   */
  async look(address: Address, nowMs: number, again?: 'failed'): Promise<Looked> {
    if (this.#asking >= mostAsking) return {answer: busy(nowMs), by: 'search'};
    this.#asking += 1;
    try {
      return await this.#look(address, nowMs, again);
    } catch (error) {
      const why = printable(`search: ${(error as Error).message}`, 300);
      return {answer: {kind: 'failed', why, againMs: nowMs + busyMs}, by: 'search'};
    } finally {
      this.#asking -= 1;
    }
  }

  /** Stops all searches. Their callers get a failure, which is not remembered. */
  stop(): void {
    this.#stop.abort();
    this.#names.stop();
    this.#pool.dropWaiting();
  }

  async #look(address: Address, nowMs: number, again?: 'failed'): Promise<Looked> {
    const network = unknownNetwork(address).text;
    if (!isOfInternet(address)) {
      const why = `${address.text} is not an address of the Internet`;
      return {answer: {kind: 'none', network, why}, by: 'search'};
    }
    const calledMs = monotonicMs();
    const now = (): number => Math.ceil(nowMs + monotonicMs() - calledMs);
    for (let anew = again; ; anew = undefined) {
      const row = this.#cache.of(address, now());
      const isTriedAgain = row?.result.kind === 'failed' && anew === 'failed';
      if (row !== undefined && !isTriedAgain) return {answer: answerOf(row), by: 'cache'};
      const flight = this.#flights.get(network);
      if (flight === undefined) break;
      // That search was for another address of the network, which may have another holder: so look again.
      await flight;
    }
    const search = this.#begin(address, now, Math.floor(nowMs), again);
    const flight = search.then(
      () => undefined,
      () => undefined,
    );
    this.#flights.set(network, flight);
    void flight.then(() => this.#flights.delete(network));
    return {answer: await search, by: 'search'};
  }

  async #begin(
    address: Address,
    now: () => number,
    beganMs: number,
    again: 'failed' | undefined,
  ): Promise<ContactAnswer> {
    const result = await this.#pool.run(() => this.#search(address, now, beganMs, again));
    return result.kind === 'done' ? result.result : busy(now());
  }

  async #search(
    address: Address,
    now: () => number,
    beganMs: number,
    again: 'failed' | undefined,
  ): Promise<ContactAnswer> {
    // Another search may have found the network meanwhile.
    const known = this.#cache.of(address, now());
    const isTriedAgain = known?.result.kind === 'failed' && again === 'failed';
    if (known !== undefined && !isTriedAgain) return answerOf(known);
    const stop = this.#stop.signal;
    const search = {address, nowMs: now(), endMs: monotonicMs() + searchMs, stop};
    const found: Partial<Record<ContactSource, Finding>> = {};
    for (const source of sources) {
      const finding = await this.#ask(source, search);
      found[source] = finding;
      if (namesSomebody(finding)) break;
    }
    // The row is dated to the beginning of the search. A caller that joined it has a time from before its end, and for
    // that caller the row must not be from the future.
    const row = rowOf(address, found, beganMs);
    if (!stop.aborted) this.#cache.set(row);
    return answerOf(row);
  }

  #ask(source: ContactSource, search: Search): Promise<Finding> {
    switch (source) {
      case 'registry':
        return this.#registry.ask(search);
      case 'contact-zone':
        return this.#names.inZone(search);
      case 'reverse-name':
        return this.#names.byName(search);
    }
  }
}

const busy = (nowMs: number): ContactAnswer => ({
  kind: 'failed',
  why: 'too many searches are under way',
  againMs: nowMs + busyMs,
});
