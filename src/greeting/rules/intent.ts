/**
 * What should stand for the greeting in one family, as it changes: who has passed and until when, who is
 * exempt, and when the gate was last heard. Time is an argument. Does not know the kernel.
 */
import {Intent} from '../../blocks/intent.js';
import type {Family} from '../../net/address.js';
import {parseNetwork} from '../../net/network.js';
import {type GateMode, type GateRules, mostKnown} from './spec.js';

/** `full`: there are too many already. `other`: it is of the other family, or no address. */
type Passed = 'passes' | 'full' | 'other';

export class GateIntent implements GateRules {
  readonly mode: GateMode;
  readonly port: number;
  readonly known: Intent;
  readonly #family: Family;
  /** Ms since the epoch, by client. */
  readonly #passed = new Map<string, number>();
  #exempt: ReadonlySet<string> = new Set();
  #renewedMs: number | undefined;

  constructor(family: Family, mode: GateMode, port: number) {
    this.#family = family;
    this.mode = mode;
    this.port = port;
    this.known = new Intent(family);
  }

  /** What is kept: one way. A count. */
  get size(): number {
    return 1;
  }

  get renewedMs(): number | undefined {
    return this.#renewedMs;
  }

  renew(nowMs: number): void {
    this.#renewedMs = nowMs;
  }

  pass(client: string, untilMs: number): Passed {
    const [text] = this.#textsOf(client);
    if (text === undefined) return 'other';
    const isMore = !this.#passed.has(text);
    if (isMore && this.#passed.size + this.#exempt.size >= mostKnown) return 'full';
    this.#passed.set(text, untilMs);
    if (!this.#exempt.has(text)) this.known.set({network: text, untilMs});
    return 'passes';
  }

  /** It waits again, unless it is exempt. */
  end(client: string): void {
    const [text] = this.#textsOf(client);
    if (text === undefined || !this.#passed.delete(text)) return;
    if (!this.#exempt.has(text)) this.known.delete(text);
  }

  /** From now on these are exempt, and no others. @returns how many there was no room for */
  exempt(networks: Iterable<string>): number {
    const wanted = [...new Set([...networks].flatMap((text) => this.#textsOf(text)))];
    const taken = new Set(wanted.slice(0, mostKnown));
    for (const text of this.#exempt) {
      if (taken.has(text)) continue;
      const untilMs = this.#passed.get(text);
      if (untilMs === undefined) this.known.delete(text);
      else this.known.set({network: text, untilMs});
    }
    for (const network of taken) {
      if (!this.#exempt.has(network)) this.known.set({network, untilMs: Number.POSITIVE_INFINITY});
    }
    this.#exempt = taken;
    return wanted.length - taken.size;
  }

  /** Whose time is over, waits again. */
  forgetEnded(nowMs: number): void {
    for (const [text, untilMs] of this.#passed) {
      if (untilMs > nowMs) continue;
      this.#passed.delete(text);
      if (!this.#exempt.has(text)) this.known.delete(text);
    }
  }

  takeChanged(): ReadonlySet<string> {
    return this.known.takeChanged();
  }

  #textsOf(text: string): readonly string[] {
    const network = parseNetwork(text);
    return network?.family === this.#family ? [network.text] : [];
  }
}
