/**
 * Counts connections that must wait because too many are released already, and decides when to log it. A
 * flood lasts long, so one line a minute is enough. Time is an argument.
 */
import {AtMostEvery} from '../../base/mechanisms/elapsed.js';
import {type Connection, connectionKey} from '../connection.js';
import {mostReleases, mostReleasesPerUser} from './releases.js';

/** Time between two log lines. Ms. */
const reportMs = 60_000;
/** Connections that are counted between two log lines. A count: 1 MB. */
export const mostCounted = 10_000;

/** The bound that was reached: for all releases, or for one user. */
type ReleaseBound = 'all' | 'user';

export class Overflow {
  /** Keys of connections that are not logged yet. A connection that asks again counts once. */
  readonly #waiting = new Set<string>();
  readonly #due = new AtMostEvery(reportMs);
  #bound: ReleaseBound = 'all';

  /** Notes that the connection must wait. */
  note(connection: Connection, bound: ReleaseBound): void {
    if (this.#waiting.size < mostCounted) this.#waiting.add(connectionKey(connection));
    this.#bound = bound;
  }

  /** @returns the text to log now; undefined: nothing, or not yet */
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
