/**
 * Follows all logs that are named or match a pattern, and those that are created later. Gives
 * their batches in turn, so that a busy log does not delay the others. `follow.ts` follows one log, and
 * `glob.ts` decides which names match.
 */
import type {LogPosition} from '../../log/position.js';
import type {FollowEvent} from '../../log/source-event.js';
import {type ReadBatch, Follower} from './follow.js';
import {isPattern, logsLike} from './glob.js';
import type {wakeOnName} from './wake.js';

/** Logs followed at once. Each has a descriptor, a watch and a chunk in memory: 256 take 16 MB. */
export const mostFiles = 256;
/** How often a folder is searched for new logs. Ms. */
const searchMs = 1000;
/** A log of a pattern that is gone for so long is no longer followed. Ms: longer than any rotation takes. */
const forgetMs = 60_000;

export interface PathBatch {
  readonly path: string;
  /** `caughtUp` is about all logs together. */
  readonly batch: ReadBatch;
}

/**
 * @param patterns paths, or patterns with `*` and `?` in the last part
 * @param resumeOf where reading of a log stopped; `end` if the log is new. Then a log that exists at the first start
 *   begins at its end, and a log that a pattern finds later begins at its first line
 */
export async function* followAll(
  patterns: readonly string[],
  resumeOf: (path: string) => LogPosition | 'end',
  report: (event: FollowEvent) => void,
  signal: AbortSignal,
): AsyncGenerator<PathBatch> {
  const set = new FollowerSet(patterns, resumeOf, report);
  yield* set.batches(signal);
}

interface Followed {
  readonly path: string;
  readonly batches: AsyncGenerator<ReadBatch>;
  readonly end: AbortController;
  /** When its name last existed. A log that is named in full is never given up. */
  seenMs: number;
  /** The last batch that was given; undefined: none yet. */
  latest: ReadBatch | undefined;
  /** `live`: the log was created while its folder was watched, so even its first lines are new. */
  readonly first: ReadBatch['read'];
}

class FollowerSet {
  readonly #patterns: readonly string[];
  readonly #resumeOf: (path: string) => LogPosition | 'end';
  readonly #report: (event: FollowEvent) => void;
  readonly #followed = new Map<string, Followed>();
  /** First come, first served: a log that has given a batch goes to the end. */
  readonly #ready: {readonly from: Followed; readonly batch: ReadBatch}[] = [];
  #failure: {readonly error: unknown} | undefined;
  #wakeUp: (() => void) | undefined;
  #hasSaidTooMany = false;
  #wasCaughtUp = false;

  constructor(
    patterns: readonly string[],
    resumeOf: (path: string) => LogPosition | 'end',
    report: (event: FollowEvent) => void,
  ) {
    this.#patterns = patterns;
    this.#resumeOf = resumeOf;
    this.#report = report;
  }

  async *batches(signal: AbortSignal): AsyncGenerator<PathBatch> {
    const wake = (): void => this.#wakeUp?.();
    signal.addEventListener('abort', wake);
    this.#begin();
    const timer = setInterval(() => this.#search(), searchMs);
    try {
      // Without a file there is no backlog, and a caller that waits for `caughtUp` must not wait for ever.
      if (this.#followed.size === 0) {
        const path = this.#patterns[0] ?? '';
        const read = 'backlog' as const;
        yield {path, batch: {lines: [], position: undefined, caughtUp: true, read}};
      }
      while (!signal.aborted) {
        const next = this.#ready.shift();
        if (this.#failure !== undefined) throw this.#failure.error;
        if (next === undefined) await this.#pause(signal);
        else yield* this.#give(next.from, next.batch);
      }
    } finally {
      clearInterval(timer);
      signal.removeEventListener('abort', wake);
      const all = [...this.#followed.values()];
      for (const {end} of all) end.abort();
      await Promise.all(all.map(({batches}) => batches.return(undefined)));
    }
  }

  /** Begins with the logs that exist at the start. */
  #begin(): void {
    for (const path of this.#patterns.filter((one) => !isPattern(one))) {
      this.#add(path, new Follower(path, this.#resumeOf(path), this.#report), Infinity);
    }
    for (const pattern of this.#patterns.filter(isPattern)) {
      const logs = logsLike(pattern).map((path) => ({path, resume: this.#resumeOf(path)}));
      // An operator who mistyped the name gets a warning.
      if (logs.length === 0) {
        this.#report({kind: 'unreadable', path: pattern, why: `${pattern}: no log fits yet`});
      }
      // If the pattern was followed before, logs that it finds now are new since the last run.
      const isFirst = logs.every(({resume}) => resume === 'end');
      for (const {path, resume} of logs) {
        this.#addFound(path, resume === 'end' && !isFirst ? fromFirstLine : resume);
      }
    }
  }

  /** Begins to follow new logs, and stops following vanished ones. */
  #search(): void {
    const nowMs = performance.now();
    for (const path of this.#patterns.filter(isPattern).flatMap(logsLike)) {
      const known = this.#followed.get(path);
      if (known !== undefined) {
        known.seenMs = Math.max(known.seenMs, nowMs);
        continue;
      }
      const resume = this.#resumeOf(path);
      if (resume === 'end') this.#addFound(path, fromFirstLine, 'live');
      else this.#addFound(path, resume);
    }
    for (const {path, seenMs, end, latest} of this.#followed.values()) {
      if (nowMs - seenMs < forgetMs || !latest?.caughtUp) continue;
      end.abort();
      this.#followed.delete(path);
    }
  }

  #addFound(path: string, resume: LogPosition | 'end', first?: ReadBatch['read']): void {
    this.#add(path, new Follower(path, resume, this.#report, noWake), performance.now(), first);
  }

  #add(
    path: string,
    follower: Follower,
    seenMs: number,
    first: ReadBatch['read'] = 'backlog',
  ): void {
    if (this.#followed.has(path)) return;
    if (this.#followed.size >= mostFiles) {
      if (!this.#hasSaidTooMany) this.#report({kind: 'tooManyFiles', path, most: mostFiles});
      this.#hasSaidTooMany = true;
      return;
    }
    const end = new AbortController();
    const batches = follower.batches(end.signal);
    const followed: Followed = {path, batches, end, seenMs, latest: undefined, first};
    this.#followed.set(path, followed);
    void this.#fetch(followed);
  }

  async #fetch(from: Followed): Promise<void> {
    try {
      const next = await from.batches.next();
      if (next.done !== true) this.#ready.push({from, batch: next.value});
    } catch (error) {
      this.#failure = {error};
    }
    this.#wakeUp?.();
  }

  /** Gives a batch if it has news, and requests the next one. */
  *#give(from: Followed, batch: ReadBatch): Generator<PathBatch> {
    const isFirst = from.latest?.position === undefined && batch.position !== from.latest?.position;
    const isNews = from.latest === undefined || isFirst || batch.lines.length > 0;
    from.latest = batch;
    const read = from.first === 'live' ? 'live' : batch.read;
    const caughtUp = this.#isCaughtUp();
    if (isNews || caughtUp !== this.#wasCaughtUp) {
      this.#wasCaughtUp = caughtUp;
      yield {path: from.path, batch: {...batch, caughtUp, read}};
    }
    void this.#fetch(from);
  }

  #isCaughtUp(): boolean {
    const isWaiting = this.#ready.some(({batch}) => batch.lines.length > 0 || !batch.caughtUp);
    return !isWaiting && [...this.#followed.values()].every(({latest}) => latest?.caughtUp);
  }

  async #pause(signal: AbortSignal): Promise<void> {
    if (this.#ready.length > 0 || signal.aborted) return;
    await new Promise<void>((resolve) => (this.#wakeUp = resolve));
    this.#wakeUp = undefined;
  }
}

/** No watch: the logs of a folder would wake each other. Each looks once a second instead. */
const noWake: typeof wakeOnName = () => ({close: () => undefined});

/** An empty position: nothing of the log has been read. */
const fromFirstLine: LogPosition = [];
