/**
 * Decides when we may ask a registry again. Registries shut out clients that ask too often, for minutes
 * or for good. All times are of a monotonic clock. Does not wait itself.
 */
import {BoundedMap} from '../../../base/mechanisms/bounded-map.js';

/** Between the beginnings of two requests to one server. Ms: the shortest that all registries allow. */
export const usualGapMs = 2_000;
/** LACNIC shuts out a client for minutes if it asks more than ten times in one minute. Ms. */
export const lacnicGapMs = 6_000;

/** At most so many servers are remembered. A count: there are five, and some of countries. */
export const mostServers = 100;

export const gapOf = (server: string): number =>
  /(?:^|\.)(?:lacnic\.net|registro\.br)(?::\d+)?$/.test(server) ? lacnicGapMs : usualGapMs;

export class Pace {
  /** From when on we may ask each server. Ms of the monotonic clock. */
  readonly #freeMs = new BoundedMap<string, number>(mostServers);

  /** How long to wait before we ask the server. Ms; 0: not at all. */
  waitMs(server: string, monotonicMs: number): number {
    return Math.max(0, (this.#freeMs.get(server) ?? 0) - monotonicMs);
  }

  /** Notes that we ask the server now. */
  asked(server: string, monotonicMs: number): void {
    this.pause(server, gapOf(server), monotonicMs);
  }

  /** Notes that the server wants no request for so long. */
  pause(server: string, pauseMs: number, monotonicMs: number): void {
    const untilMs = Math.max(this.#freeMs.get(server) ?? 0, monotonicMs + pauseMs);
    this.#freeMs.set(server, untilMs);
  }
}

/** The host and port of a URL: each server has a pace of its own. */
export const serverIn = (url: string): string =>
  (/^https?:\/\/([^/?#\s]+)/i.exec(url)?.[1] ?? '').toLowerCase();
