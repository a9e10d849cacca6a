/**
 * A mail log as a busy relay writes it, line by line: many sessions at once, a given share of the
 * lines about unknown recipients, and the truth about what was written. Deterministic by its seed.
 */
import {guessing} from './guessing.js';
import {honest} from './honest.js';
import {Desk, type Script} from './script.js';
import type {StampForm} from './stamps.js';

export type TrafficOptions = {
  /** Share of the lines that say `User unknown` or name the client of such an envelope. Percent. */
  percent: number;
  form?: StampForm;
  host?: string;
  seed?: number;
};

export type Truth = {
  lines: number;
  bytes: number;
  relevant: number;
  /** Unknown recipients, each of which must be counted. */
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
  /** Lines of all sessions begun so far, also those not written yet. */
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

  /** From now on no session begins; those that are open go on to their end. */
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
