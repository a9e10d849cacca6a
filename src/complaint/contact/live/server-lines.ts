/**
 * Sends requests to registries: one at a time to each, and no faster than the registry allows
 * (`complaint/contact/rdap/pace.ts`). Refuses requests that would wait too long. Does not decide
 * what the answers mean.
 */
import {Pace, serverIn, usualGapMs} from '../rdap/pace.js';
import {get, type GetBounds, type Got} from '../../../sys/contact/get.js';
import {monotonicMs, pauseUnless} from '../../../sys/run/clock.js';

/** Requests to one server that run or wait. A count. */
export const mostInLine = 30;

export type Asked =
  | Got
  /** The server was not asked. Ms. */
  | {readonly kind: 'later'; readonly why: string; readonly waitMs: number};

interface Line {
  /** Resolves when the last request in the line has ended. Never fails. */
  last: Promise<void>;
  inLine: number;
}

export class ServerLines {
  readonly #pace = new Pace();
  readonly #lines = new Map<string, Line>();

  /** Never fails. @param endMs the request does not begin after this time of the monotonic clock */
  async get(url: string, endMs: number, bounds: GetBounds): Promise<Asked> {
    const server = serverIn(url);
    const line = this.#lines.get(server) ?? {last: Promise.resolve(), inLine: 0};
    if (line.inLine >= mostInLine) return tooMany;
    this.#lines.set(server, line);
    line.inLine += 1;
    const before = line.last;
    let leave: () => void = () => undefined;
    const left = new Promise<void>((resolve) => (leave = resolve));
    line.last = left;
    try {
      await before;
      return await this.#turn(server, url, endMs, bounds);
    } finally {
      line.inLine -= 1;
      if (line.inLine === 0) this.#lines.delete(server);
      leave();
    }
  }

  /** The server wants no request for so long. Ms. */
  pause(url: string, pauseMs: number): void {
    this.#pace.pause(serverIn(url), pauseMs, monotonicMs());
  }

  async #turn(server: string, url: string, endMs: number, bounds: GetBounds): Promise<Asked> {
    const waitMs = this.#pace.waitMs(server, monotonicMs());
    if (monotonicMs() + waitMs > endMs) {
      const why = `the server may not be asked for ${Math.ceil(waitMs / 1000)} s`;
      return {kind: 'later', why, waitMs: Math.max(usualGapMs, waitMs)};
    }
    await pauseUnless(bounds.stop, waitMs);
    if (bounds.stop.aborted) return {kind: 'silent', why: 'the search was stopped'};
    this.#pace.asked(server, monotonicMs());
    return get(url, bounds);
  }
}

const tooMany: Asked = {
  kind: 'later',
  why: 'too many wait for the server',
  waitMs: mostInLine * usualGapMs,
};
