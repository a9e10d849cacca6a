/**
 * The desired state of the egress guard in one family, and the connections that are released at the
 * moment: no more than a bound, and none for ever. Time is an argument.
 */
import {isWithin} from '../../base/mechanisms/elapsed.js';
import type {Address} from '../../net/address.js';
import type {Connection} from '../connection.js';
import type {EgressRules, Release} from './rules.js';

/**
 * How long a release lasts, if nobody withdraws it. Seconds: TCP gives up after 127 (tcp_syn_retries),
 * and until then the other side may need each of its packets.
 */
export const releaseSeconds = 130;
const releaseMs = releaseSeconds * 1000;

/**
 * Releases at the same time, in a family. A count: each is a rule with which every new connection
 * is compared (16 ns), and more than that wait only if somebody floods. A connection beyond the
 * limit waits and is not lost: TCP asks again, and so does the watch.
 */
export const mostReleases = 256;

/** Of one user, so that one who floods does not keep the mail of the others waiting. A count. */
export const mostReleasesPerUser = 64;

/** `full`: it goes on waiting, and may be released later. */
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

  /** What is guarded: ports. A count. */
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

  /** The connection stands, or is over: its first packet needs no way out any more. */
  withdraw(connection: Connection): 'withdrawn' | 'unknown' {
    const key = releaseKey(connection);
    if (!this.#releases.delete(key)) return 'unknown';
    this.#changed.add(key);
    return 'withdrawn';
  }

  /** A clock that was set back does not make a release longer: it ends then. */
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

/** Also what nftables calls it. */
export const releaseKey = ({local, localPort, remote, remotePort}: Ends): string =>
  `${local.text} . ${localPort} . ${remote.text} . ${remotePort}`;

interface Ends {
  readonly local: Pick<Address, 'text'>;
  readonly localPort: number;
  readonly remote: Pick<Address, 'text'>;
  readonly remotePort: number;
}
