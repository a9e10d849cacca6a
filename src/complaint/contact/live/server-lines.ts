/**
 * Sends requests to registries: one at a time to each, and no faster than the registry allows, by the pace of
 * this process (`complaint/contact/rdap/pace.ts`) and by the counts that all processes share
 * (`shared-pace.ts`). Refuses requests that would wait too long. Does not decide what the answers mean.
 */
import type {SharedPace} from './shared-pace.js';
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
  readonly #shared: SharedPace;
  readonly #lines = new Map<string, Line>();

  constructor(shared: SharedPace) {
    this.#shared = shared;
  }

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
  async pause(url: string, pauseMs: number): Promise<void> {
    this.#pace.pause(serverIn(url), pauseMs, monotonicMs());
    await this.#shared.pause(serverIn(url), pauseMs);
  }

  async #turn(server: string, url: string, endMs: number, bounds: GetBounds): Promise<Asked> {
    const waitMs = this.#pace.waitMs(server, monotonicMs());
    if (monotonicMs() + waitMs > endMs) {
      const why = `the server may not be asked for ${Math.ceil(waitMs / 1000)} s`;
      return {kind: 'later', why, waitMs: Math.max(usualGapMs, waitMs)};
    }
    if (await isStopped(bounds.stop, waitMs)) return stopped;
    const turn = await this.#shared.turn(server, endMs - monotonicMs());
    if (turn.kind !== 'turn') return turn;
    if (await isStopped(bounds.stop, turn.waitMs)) return stopped;
    // Another process may have kept the counts locked meanwhile.
    if (monotonicMs() > endMs) return tooLate;
    this.#pace.asked(server, monotonicMs());
    return get(url, bounds);
  }
}

/** After that time, or sooner. */
async function isStopped(stop: AbortSignal, waitMs: number): Promise<boolean> {
  await pauseUnless(stop, waitMs);
  return stop.aborted;
}

const stopped: Asked = {kind: 'silent', why: 'the search was stopped'};

const tooLate: Asked = {kind: 'later', why: 'its turn came too late', waitMs: usualGapMs};

const tooMany: Asked = {
  kind: 'later',
  why: 'too many wait for the server',
  waitMs: mostInLine * usualGapMs,
};
