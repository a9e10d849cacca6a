/**
 * Connections that had to wait because too many are released already: how many, and when to report
 * that. A flood lasts long, so one line a minute is enough. Time is an argument.
 */
import {AtMostEvery} from '../../base/mechanisms/elapsed.js';
import {type Connection, connectionKey} from '../connection.js';
import {mostReleases, mostReleasesPerUser} from './releases.js';

/** Between two reports. Ms. */
const reportMs = 60_000;
/** Connections that are counted between two reports. A count: 1 MB. */
export const mostCounted = 10_000;

/** Which bound was met: that of all releases, or that of one user. */
type ReleaseBound = 'all' | 'user';

export class Overflow {
  /** Not reported yet, by key: a connection that asks again is one. */
  readonly #waiting = new Set<string>();
  readonly #due = new AtMostEvery(reportMs);
  #bound: ReleaseBound = 'all';

  /** The connection has to wait. */
  note(connection: Connection, bound: ReleaseBound): void {
    if (this.#waiting.size < mostCounted) this.#waiting.add(connectionKey(connection));
    this.#bound = bound;
  }

  /** @returns what is to be reported now; undefined: nothing, or not yet */
  report(nowMs: number): string | undefined {
    const {size} = this.#waiting;
    if (size === 0 || !this.#due.take(nowMs)) return undefined;
    this.#waiting.clear();
    const most = {all: `${mostReleases}`, user: `${mostReleasesPerUser} of one user`}[this.#bound];
    const count = size < mostCounted ? size : `at least ${mostCounted}`;
    const since = count === 1 ? 'one waits' : `${count} had to wait since this was last said`;
    return `more connections than can be released at once (${most}): ${since}`;
  }
}
