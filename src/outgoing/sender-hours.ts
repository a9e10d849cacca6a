/**
 * Sums sightings by user, directory and program, for each hour: an operator who looks in the morning
 * wants to know which program connected most in the night. Remembers only sums and a few destinations,
 * and nothing of the mail itself.
 */
import type {Table} from '../base/mechanisms/table.js';
import {type Home, programKey, type Sighting} from './owner.js';

/**
 * `allowed`: the administrator allows the program. `perhaps`: the process had ended before we could look, and may
 * have been an allowed one. `other`: every other program.
 */
export type Permission = 'allowed' | 'perhaps' | 'other';

/** One hour of one program. Plain data: it is saved as it is. */
export interface SenderHour {
  readonly hour: number;
  readonly standing: Permission;
  readonly user: string;
  readonly directory: string;
  /** The path of the program, or the kernel's name for it if the path is not known. */
  readonly program: string;
  readonly script: string;
  readonly home: Home;
  readonly connections: number;
  /** The first `mostNamed` destinations. */
  readonly destinations: readonly string[];
  /** Number of the process that was seen last. */
  readonly pid: number;
  readonly lastMs: number;
}

const hourMs = 3_600_000;
/** How long hours are kept. Ms: over a weekend. */
export const keptMs = 72 * hourMs;
/** Rows at most. A count: 5 MB; a program with a new name for each connection must not fill the disk. */
export const mostRows = 10_000;
/** Destinations named in each row. A count. */
const mostNamed = 8;

/**
 * Rows of one user in one hour. A count: a user who gives each program a new name must not push out the
 * rows of other users.
 */
export const mostRowsOfUser = 200;

/** Counts sightings into the rows, and forgets old hours. */
export class SenderBook {
  readonly #rows: Table<SenderHour>;
  /** How many rows were made since the start, by hour, standing and user. */
  readonly #ofUser = new Map<string, number>();

  constructor(rows: Table<SenderHour>) {
    rows.limitTo(mostRows);
    this.#rows = rows;
  }

  count(sighting: Sighting, standing: Permission): void {
    const {atMs, owner, connection} = sighting;
    const hour = Math.floor(atMs / hourMs);
    const {key, program} = this.#place(`${hour} ${standing}`, sighting);
    const before = this.#rows.get(key);
    const destinations = before?.destinations ?? [];
    const remote = connection.remote.text;
    const isNamed = destinations.includes(remote) || destinations.length >= mostNamed;
    const isItself = program === 'itself';
    this.#rows.set(key, {
      hour,
      standing,
      user: owner?.user ?? (connection.inode === '0' ? '' : String(connection.uid)),
      directory: isItself ? (owner?.directory ?? '') : '',
      program: isItself ? (owner?.executable ?? '') || (owner?.command ?? '') : 'other programs',
      script: isItself ? (owner?.script ?? '') : '',
      home: isItself ? (owner?.home ?? noHome) : noHome,
      connections: (before?.connections ?? 0) + 1,
      destinations: isNamed ? destinations : [...destinations, remote],
      pid: owner?.pid ?? 0,
      lastMs: atMs,
    });
  }

  /** Forgets hours older than `keptMs`, and hours in the future, which a wrong clock has made. */
  forget(nowMs: number): void {
    for (const [key, {lastMs}] of this.#rows.entries()) {
      if (nowMs - lastMs > keptMs || lastMs > nowMs + hourMs) this.#rows.delete(key);
    }
    const present = `${Math.floor(nowMs / hourMs)} `;
    for (const key of this.#ofUser.keys()) if (!key.startsWith(present)) this.#ofUser.delete(key);
  }

  /** Finds the row of a program. If a user has too many, all further programs share one row. */
  #place(
    beginning: string,
    sighting: Sighting,
  ): {readonly key: string; readonly program: 'itself' | 'others'} {
    const key = `${beginning} ${programKey(sighting)}`;
    if (this.#rows.get(key) !== undefined) return {key, program: 'itself'};
    const user = `${beginning} ${sighting.owner?.uid ?? sighting.connection.uid}`;
    const rows = this.#ofUser.get(user) ?? 0;
    if (rows >= mostRowsOfUser) return {key: `${user} others`, program: 'others'};
    this.#ofUser.set(user, rows + 1);
    return {key, program: 'itself'};
  }
}

const noHome: Home = {kind: 'none'};

/**
 * Sums the hours since that time, with one row for each program. Programs that are not allowed come first, and
 * among them those with the most connections.
 */
export function sumSenders(rows: Iterable<SenderHour>, sinceMs: number): SenderHour[] {
  const sums = new Map<string, SenderHour>();
  for (const row of rows) {
    if (row.lastMs < sinceMs) continue;
    const {standing, user, directory, program, script} = row;
    const key = [standing, user, directory, program, script].join('\0');
    sums.set(key, added(sums.get(key), row));
  }
  const rank: Readonly<Record<Permission, number>> = {other: 0, perhaps: 1, allowed: 2};
  return [...sums.values()].sort(
    (a, b) => rank[a.standing] - rank[b.standing] || b.connections - a.connections,
  );
}

function added(sum: SenderHour | undefined, row: SenderHour): SenderHour {
  if (sum === undefined) return row;
  const destinations = [...new Set([...sum.destinations, ...row.destinations])].slice(0, mostNamed);
  const latest = row.lastMs > sum.lastMs ? row : sum;
  return {...latest, destinations, connections: sum.connections + row.connections};
}
