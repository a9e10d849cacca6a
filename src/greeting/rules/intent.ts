/**
 * The desired state for the greeting in one family, as it changes: which clients have passed and
 * until when, which are exempt, and when the gate last reported. Time is an argument. Does not touch
 * the kernel.
 */
import {Intent} from '../../blocks/intent.js';
import type {Family} from '../../net/address.js';
import {type Network, overlaps, parseNetwork} from '../../net/network.js';
import {NetworkSet} from '../../net/network-set.js';
import {type GateMode, type GateRules, mostKnown} from './spec.js';

/** A client that has a pass (`greeting/passed.ts`). */
interface Place {
  readonly network: Network;
  /** When the pass ends. Ms since the epoch. */
  readonly untilMs: number;
}

/** `full`: there are too many known clients. `other`: the client is of the other family, or no address. */
type Passed = 'passes' | 'full' | 'other';

export class GateIntent implements GateRules {
  readonly port: number;
  readonly known: Intent;
  readonly #family: Family;
  readonly #passed = new Map<string, Place>();
  #never: ReadonlyMap<string, Network> = new Map();
  #exempted = new NetworkSet([]);
  #renewedMs: number | undefined;
  #unrenewed: 'lapses' | 'ends' = 'lapses';
  #whose: 'ours' | 'others' = 'ours';
  readonly #mode: GateMode;

  constructor(family: Family, mode: GateMode, port: number) {
    this.#family = family;
    this.#mode = mode;
    this.port = port;
    this.known = new Intent(family);
  }

  /** If another program has the gate's port, no rule may concern that port: neither a redirection nor a refusal. */
  get mode(): GateMode {
    return this.#whose === 'ours' ? this.#mode : 'observe';
  }

  get exempt(): Iterable<string> {
    return this.#never.keys();
  }

  atPort(whose: 'ours' | 'others'): void {
    this.#whose = whose;
  }

  /** Always 1: the redirection is one thing that is in force or not. A count. */
  get size(): number {
    return 1;
  }

  get renewedMs(): number | undefined {
    return this.#renewedMs;
  }

  renew(nowMs: number): void {
    this.#renewedMs = nowMs;
    this.#unrenewed = 'lapses';
  }

  get unrenewed(): 'lapses' | 'ends' {
    return this.#unrenewed;
  }

  /** The gate ends, so the redirection ends at once. */
  gateEnds(): void {
    this.#renewedMs = undefined;
    this.#unrenewed = 'ends';
  }

  pass(client: string, untilMs: number): Passed {
    const network = this.#networkOf(client);
    if (network === undefined) return 'other';
    const isMore = !this.#passed.has(network.text);
    if (isMore && this.#passed.size + this.#never.size >= mostKnown) return 'full';
    const place = {network, untilMs};
    this.#passed.set(network.text, place);
    this.#stand(place);
    return 'passes';
  }

  /** Ends the pass of a client. It waits again, unless it is exempt. */
  end(client: string): void {
    const text = this.#networkOf(client)?.text;
    if (text === undefined || !this.#passed.delete(text)) return;
    if (!this.#never.has(text)) this.known.delete(text);
  }

  /** From now on these networks are exempt, and no others; the most important first. @returns how many there was no room for */
  exemptOnly(networks: Iterable<string>): number {
    const wanted = new Map<string, Network>();
    for (const each of networks) {
      const network = this.#networkOf(each);
      if (network !== undefined) wanted.set(network.text, network);
    }
    const before = this.#never;
    this.#never = new Map([...wanted].slice(0, mostKnown));
    this.#exempted = new NetworkSet(this.#never.values());
    for (const text of before.keys()) {
      if (this.#never.has(text)) continue;
      const place = this.#passed.get(text);
      if (place === undefined) this.known.delete(text);
      else this.#stand(place);
    }
    for (const network of this.#never.keys()) {
      if (!before.has(network)) this.known.set({network, untilMs: Number.POSITIVE_INFINITY});
    }
    for (const place of this.#passed.values()) if (isWide(place.network)) this.#stand(place);
    return wanted.size - this.#never.size;
  }

  /** Ends the passes whose time is over. */
  forgetEnded(nowMs: number): void {
    for (const [text, {untilMs}] of this.#passed) {
      if (untilMs > nowMs) continue;
      this.#passed.delete(text);
      if (!this.#never.has(text)) this.known.delete(text);
    }
  }

  /**
   * Puts a pass in force. Exempt networks inside it keep their own entries, so they do not wait when the kernel ends
   * the pass. A network may have only so many holes (`net/subtract.ts`). If there are more exempt networks, its other
   * addresses wait each time; that costs them a wait and no more.
   */
  #stand({network, untilMs}: Place): void {
    if (this.#never.has(network.text)) return;
    this.known.set({network: network.text, untilMs, except: this.#exemptIn(network)});
  }

  #exemptIn(network: Network): readonly string[] {
    if (!isWide(network) || !this.#exempted.overlaps(network)) return [];
    const inside = [...this.#never.values()].filter((each) => overlaps(each, network));
    return inside.map(({text}) => text);
  }

  takeChanged(): ReadonlySet<string> {
    return this.known.takeChanged();
  }

  #networkOf(text: string): Network | undefined {
    const network = parseNetwork(text);
    return network?.family === this.#family ? network : undefined;
  }
}

/** Whether it is more than one address. */
const isWide = ({text}: Network): boolean => text.includes('/');
