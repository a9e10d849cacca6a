/**
 * The desired state of the egress guard in one family, with the connections that are released now. The
 * number of releases is bounded, and each has an end. Time is an argument.
 */
import {isWithin} from '../../base/mechanisms/elapsed.js';
import type {Address} from '../../net/address.js';
import type {Connection} from '../connection.js';
import type {EgressRules, Release} from './rules.js';

/**
 * How long a release lasts if it is not withdrawn. Seconds: TCP gives up after 127 (tcp_syn_retries), and until
 * then the other side may need each SYN.
 */
export const releaseSeconds = 130;
const releaseMs = releaseSeconds * 1000;

/**
 * Releases at the same time, in a family. A count: each is a rule with which every new connection is
 * compared (16 ns), and only a flood needs more. A connection beyond the limit waits and is not lost:
 * TCP sends its SYN again, and the watch asks again.
 */
export const mostReleases = 256;

/** Releases of one user. A count: the flood of one user must not delay the mail of the others. */
export const mostReleasesPerUser = 64;

/** `stands`: the connection was released already. `full`: it goes on waiting, and may be released later. */
type Released = 'released' | 'stands' | 'full';

export class EgressIntent implements EgressRules {
  readonly #fixed: Omit<EgressRules, 'releases' | 'uids'>;
  #uids: readonly number[];
  readonly #releases = new Map<string, Release>();
  #changed = new Set<string>();

  constructor({uids, ...fixed}: Omit<EgressRules, 'releases'>) {
    this.#fixed = fixed;
    this.#uids = uids;
  }

  get chain(): string {
    return this.#fixed.chain;
  }
  get ports(): readonly number[] {
    return this.#fixed.ports;
  }
  get mode(): EgressRules['mode'] {
    return this.#fixed.mode;
  }
  get destinations(): EgressRules['destinations'] {
    return this.#fixed.destinations;
  }
  get switchSeconds(): number {
    return this.#fixed.switchSeconds;
  }
  get uids(): readonly number[] {
    return this.#uids;
  }
  get releases(): ReadonlyMap<string, Release> {
    return this.#releases;
  }

  /** Guarded ports. A count. */
  get size(): number {
    return this.ports.length;
  }

  allow(uids: readonly number[]): void {
    this.#uids = uids;
  }

  release(connection: Connection, nowMs: number): Released {
    const {local, localPort, remote, remotePort, uid} = connection;
    const key = releaseKey(connection);
    this.forgetEnded(nowMs);
    if (this.#releases.has(key)) return 'stands';
    const ofUser = [...this.#releases.values()].filter((other) => other.uid === uid);
    if (this.#releases.size >= mostReleases || ofUser.length >= mostReleasesPerUser) return 'full';
    const untilMs = nowMs + releaseMs;
    this.#releases.set(key, {local, localPort, remote, remotePort, uid, untilMs});
    this.#changed.add(key);
    return 'released';
  }

  /** Ends a release: the connection is established or over, and sends no SYN any more. */
  withdraw(connection: Connection): 'withdrawn' | 'unknown' {
    const key = releaseKey(connection);
    if (!this.#releases.delete(key)) return 'unknown';
    this.#changed.add(key);
    return 'withdrawn';
  }

  /** Ends releases whose time is over. If the clock was set back, a release ends too, instead of lasting longer. */
  forgetEnded(nowMs: number): void {
    for (const [key, {untilMs}] of this.#releases) {
      if (isWithin(untilMs - releaseMs, releaseMs, nowMs)) continue;
      this.#releases.delete(key);
      this.#changed.add(key);
    }
  }

  takeChanged(): ReadonlySet<string> {
    const changed = this.#changed;
    this.#changed = new Set();
    return changed;
  }
}

/** The key of a release. It is also its element in nftables. */
export const releaseKey = ({local, localPort, remote, remotePort}: Ends): string =>
  `${local.text} . ${localPort} . ${remote.text} . ${remotePort}`;

interface Ends {
  readonly local: Pick<Address, 'text'>;
  readonly localPort: number;
  readonly remote: Pick<Address, 'text'>;
  readonly remotePort: number;
}
