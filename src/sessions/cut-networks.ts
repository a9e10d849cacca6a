/**
 * The networks whose sessions one cut ends. A scan of a busy machine takes its time, and an
 * operator may unblock a client meanwhile. So for each client it checks again whether a block of it
 * is in force, and whether that block lets it pass.
 */
import type {Address} from '../net/address.js';
import {contains, type Network} from '../net/network.js';
import {NetworkSet} from '../net/network-set.js';

export interface StandingBlocks {
  /** Whether the block of this network stands now. */
  readonly stands: (network: string) => boolean;
  /** Whether the block of this network lets a client of it pass. */
  readonly passes: (client: Address, network: string) => boolean;
}

export class CutNetworks {
  readonly #all: NetworkSet;
  /** Texts of those that are one address. */
  readonly #hosts: ReadonlySet<string>;
  readonly #larger: readonly Network[];
  readonly #blocks: StandingBlocks;

  constructor(networks: readonly Network[], blocks: StandingBlocks) {
    this.#all = new NetworkSet(networks);
    const isLarger = ({first, last}: Network): boolean => first < last;
    this.#larger = networks.filter(isLarger);
    this.#hosts = new Set(networks.filter((each) => !isLarger(each)).map(({text}) => text));
    this.#blocks = blocks;
  }

  /** @returns one whose block of this client stands now */
  around(client: Address): string | undefined {
    // Of thousands of sockets few are a blocked client's.
    if (!this.#all.has(client)) return undefined;
    const {text} = client;
    const {stands, passes} = this.#blocks;
    if (this.#hosts.has(text) && stands(text)) return text;
    return this.#larger.find(
      (each) => contains(each, client) && stands(each.text) && !passes(client, each.text),
    )?.text;
  }
}
