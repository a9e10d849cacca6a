/**
 * The mail log of a busy relay, line by line: many sessions at the same time, and a given share of lines
 * about unknown recipients. Counts what was written. The same seed gives the same log.
 */
import {guessing} from './guessing.js';
import {honest} from './honest.js';
import {Desk, type Script} from './script.js';
import type {StampForm} from './stamps.js';

export type TrafficOptions = {
  /** Share of lines with `User unknown`, or with the client of such an envelope. Percent. */
  percent: number;
  form?: StampForm;
  host?: string;
  seed?: number;
};

export type Truth = {
  lines: number;
  bytes: number;
  relevant: number;
  /** Unknown recipients. A reader must count each of them. */
  unknown: number;
  clients: number;
};

/** Sessions that write at the same time. A count. */
const openSessions = 64;

export class Traffic {
  readonly #share: number;
  readonly #host: string;
  readonly #desk: Desk;
  readonly #open: {script: Script; next: number}[] = [];
  readonly #truth: Truth = {lines: 0, bytes: 0, relevant: 0, unknown: 0, clients: 0};
  /** Lines of all sessions that have begun, including lines not written yet. */
  #planned = {lines: 0, relevant: 0};
  #isClosing = false;

  constructor({percent, form = 'rfc3339', host = 'relay', seed = 1}: TrafficOptions) {
    this.#share = percent / 100;
    this.#host = host;
    this.#desk = new Desk(seed, form);
  }

  get truth(): Truth {
    return {...this.#truth, clients: this.#desk.guessers};
  }

  /** No new session begins after this call. Open sessions go on to their end. */
  close(): void {
    this.#isClosing = true;
  }

  /** The next line with its end; undefined when the traffic is closed and all sessions are over. */
  line(atMs: number): string | undefined {
    while (!this.#isClosing && this.#open.length < openSessions) this.#begin(atMs);
    if (this.#open.length === 0) return undefined;
    const at = this.#desk.random.below(this.#open.length);
    const session = this.#open[at]!;
    const {text, role} = session.script[session.next++]!;
    if (session.next === session.script.length) {
      const last = this.#open.pop()!;
      if (at < this.#open.length) this.#open[at] = last;
    }
    const line = `${this.#desk.stamps.stamp(atMs)} ${this.#host} ${text}\n`;
    const truth = this.#truth;
    truth.lines += 1;
    truth.bytes += line.length;
    if (role !== 'other') truth.relevant += 1;
    if (role === 'unknown') truth.unknown += 1;
    return line;
  }

  #begin(atMs: number): void {
    const planned = this.#planned;
    const isDue = planned.relevant < this.#share * planned.lines;
    const script = isDue ? guessing(this.#desk, atMs) : honest(this.#desk, atMs);
    planned.lines += script.length;
    for (const {role} of script) if (role !== 'other') planned.relevant += 1;
    this.#open.push({script, next: 0});
  }
}
