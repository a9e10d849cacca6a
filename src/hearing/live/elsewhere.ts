/**
 * Looks for lines of a silent mailer where the daemon does not read: in the other customary logs, in the files
 * that a log was rotated into, and in the journal. Also looks for connections at the mailer's port.
 */
import type {Clocks} from '../../base/clocks/clocks.js';
import {AtMostEvery} from '../../base/mechanisms/elapsed.js';
import {type Elsewhere as Found, longestSilenceMs, type Machine, type Wanted} from '../judge.js';
import type {LogRecord} from '../../log/record.js';
import {journalSource, type SourcePlan} from '../../log/source-plan.js';
import type {Dialect} from '../../mail/dialect.js';
import {hasJournal} from '../../sys/journal/journalctl.js';
import {linesSince, mailEntriesSince, plainRotated} from '../../sys/old-logs/recent.js';
import {portSockets} from '../../sys/proc/sockets/port-sockets.js';

/** Where distributions put the mailer's log. */
const customary = [
  '/var/log/mail.log',
  '/var/log/maillog',
  '/var/log/mail',
  '/var/log/mail.info',
  '/var/log/syslog',
  '/var/log/messages',
];

/** The pause between two searches of logs. Ms: each reads the ends of some files. */
const searchMs = 60_000;
/** The pause between two looks at the connections. Ms. */
const sessionsMs = 10_000;
/** Sessions remembered at once. A count: beyond that the exact number does not matter. */
const mostSessions = 100;

/** A monitor, or this machine's own mail. */
const isLocal = (address: string): boolean => address.startsWith('127.') || address === '::1';

/** When the mailer's last line came, and the last one about a client. By the monotonic clock, ms. */
export interface SilentSince {
  readonly mailerMs: number;
  readonly clientMs: number;
}

interface Parts {
  readonly dialect: Dialect;
  readonly wanted: Wanted;
  readonly plan: SourcePlan;
  readonly ports: readonly number[];
}

export class Elsewhere {
  readonly #parts: Parts;
  readonly #other: (record: LogRecord) => void;
  readonly #search = new AtMostEvery(searchMs);
  readonly #count = new AtMostEvery(sessionsMs);
  readonly #sessions = new Set<string>();
  #found: Found | undefined;
  #mailerMs = 0;
  #clientMs = 0;
  /** Up to when the journal was searched, by the wall clock; undefined: not yet. Ms since the epoch. */
  #journalToMs: number | undefined;
  #isSearching = false;

  /**
   * @param other called for each entry of a followed journal that plainly is the mailer's, under another name
   */
  constructor(parts: Parts, other: (record: LogRecord) => void) {
    this.#parts = parts;
    this.#other = other;
  }

  /** What was found since the mailer became silent. */
  found(since: SilentSince): Machine {
    this.#begin(since);
    return {elsewhere: this.#found, sessions: this.#sessions.size};
  }

  /** Looks, if it is time to. */
  async look(since: SilentSince, now: Clocks, signal: AbortSignal): Promise<void> {
    this.#begin(since);
    const {monotonicMs, wallMs} = now;
    const isTime = monotonicMs - since.clientMs >= sessionsMs && this.#count.take(monotonicMs);
    if (isTime) await this.#countSessions();
    const silentMs = monotonicMs - since.mailerMs;
    if (silentMs < longestSilenceMs || this.#isSearching || !this.#search.take(monotonicMs)) return;
    this.#isSearching = true;
    try {
      // By the clock as it is set now: the stamps are compared with it.
      const sinceMs = wallMs - silentMs;
      const found =
        this.#inFiles(sinceMs, wallMs) ?? (await this.#inJournal(sinceMs, wallMs, signal));
      if (this.#mailerMs === since.mailerMs) this.#found = found;
    } finally {
      this.#isSearching = false;
    }
  }

  /** A new line of the mailer, or about a client, makes earlier findings worthless. */
  #begin({mailerMs, clientMs}: SilentSince): void {
    if (this.#clientMs !== clientMs) this.#sessions.clear();
    this.#clientMs = clientMs;
    if (this.#mailerMs === mailerMs) return;
    this.#mailerMs = mailerMs;
    this.#found = undefined;
    this.#journalToMs = undefined;
  }

  async #countSessions(): Promise<void> {
    const {ports} = this.#parts;
    if (ports.length === 0) return;
    const clientMs = this.#clientMs;
    const sockets = await portSockets(...ports).catch(() => undefined);
    if (clientMs !== this.#clientMs) return;
    for (const {inode, remote} of sockets?.connected ?? []) {
      if (isLocal(remote.text) || this.#sessions.size >= mostSessions) continue;
      this.#sessions.add(`${inode} ${remote.text}`);
    }
  }

  #inFiles(sinceMs: number, nowMs: number): Found | undefined {
    const {files} = this.#parts.plan;
    const others = customary.filter((path) => !files.includes(path));
    for (const name of [...files.flatMap(plainRotated), ...others]) {
      const lines = this.#ownIn(name, sinceMs, nowMs);
      if (lines > 0) return {name, lines};
    }
    return undefined;
  }

  #ownIn(path: string, sinceMs: number, nowMs: number): number {
    const {dialect} = this.#parts;
    const frames = dialect.frames();
    return linesSince(path, sinceMs).filter((line) => {
      const framed = frames.read(line, nowMs);
      if (framed.kind === 'none') return false;
      const {atMs, message} = framed.record;
      // A stamp without a zone may be of another one. An id is in UTC, and no line is older than its id.
      const stampMs = framed.zone === 'named' ? atMs : -Infinity;
      const writtenMs = Math.max(stampMs, frames.beganMs(message, nowMs) ?? -Infinity);
      return writtenMs > sinceMs && dialect.looksLike(message) === 'own';
    }).length;
  }

  async #inJournal(
    sinceMs: number,
    nowMs: number,
    signal: AbortSignal,
  ): Promise<Found | undefined> {
    if (!hasJournal()) return undefined;
    // If the clock was set back, the time of the last search lies ahead.
    const fromMs = Math.min(this.#journalToMs ?? sinceMs, nowMs);
    const entries = await mailEntriesSince(fromMs, signal);
    const own = entries.filter(
      ({message, atMs, program}) =>
        atMs > fromMs &&
        (this.#parts.plan.journal === 'left' || !this.#parts.wanted.names.includes(program)) &&
        this.#parts.dialect.looksLike(message) === 'own',
    );
    this.#journalToMs = nowMs;
    if (this.#parts.plan.journal === 'left') {
      return own.length === 0 ? this.#found : {name: journalSource, lines: own.length};
    }
    // The journal follower requests only the followed names, and never sees these.
    own.forEach(this.#other);
    return undefined;
  }
}
