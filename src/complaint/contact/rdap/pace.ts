/**
 * When a registry may be asked again. Registries shut out clients that ask too often, for minutes
 * or for good. Knows times of a monotonic clock; waits for nothing itself.
 */
import {BoundedMap} from '../../../base/mechanisms/bounded-map.js';

/** Between the beginnings of two questions to one server. Ms: the least that all registries bear. */
export const usualGapMs = 2_000;
/** LACNIC shuts out, for minutes, clients that ask more than ten times in one. Ms. */
export const lacnicGapMs = 6_000;

/** Servers that are remembered. A count: there are five, and some of countries. */
export const mostServers = 100;

export const gapOf = (server: string): number =>
  /(?:^|\.)(?:lacnic\.net|registro\.br)(?::\d+)?$/.test(server) ? lacnicGapMs : usualGapMs;

export class Pace {
  /** From when on each may be asked. Ms of the monotonic clock. */
  readonly #freeMs = new BoundedMap<string, number>(mostServers);

  /** How long to wait before the server is asked. Ms; 0: it may be asked now. */
  waitMs(server: string, monotonicMs: number): number {
    return Math.max(0, (this.#freeMs.get(server) ?? 0) - monotonicMs);
  }

  /** It is asked now. */
  asked(server: string, monotonicMs: number): void {
    this.pause(server, gapOf(server), monotonicMs);
  }

  /** It wants no question for so long. */
  pause(server: string, pauseMs: number, monotonicMs: number): void {
    const untilMs = Math.max(this.#freeMs.get(server) ?? 0, monotonicMs + pauseMs);
    this.#freeMs.set(server, untilMs);
  }
}

/** The host and the port of a URL: what has a pace of its own. */
export const serverIn = (url: string): string =>
  (/^https?:\/\/([^/?#\s]+)/i.exec(url)?.[1] ?? '').toLowerCase();
