/**
 * The networks whose sessions one cut ends. Searching a busy machine takes time, and an operator
 * may unblock a client meanwhile. So for each client it checks again whether a block is in force,
 * and whether that block lets the client pass.
 */
import type {Address} from '../net/address.js';
import {contains, type Network} from '../net/network.js';
import {NetworkSet} from '../net/network-set.js';

export interface StandingBlocks {
  /** Whether the block of this network is in force now. */
  readonly stands: (network: string) => boolean;
  /** Whether the block of this network lets this client pass. */
  readonly passes: (client: Address, network: string) => boolean;
}

export class CutNetworks {
  readonly #all: NetworkSet;
  /** The texts of networks that are a single address. */
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

  /** @returns a network around the client whose block is in force for it now */
  around(client: Address): string | undefined {
    // Few of thousands of sockets belong to a blocked client.
    if (!this.#all.has(client)) return undefined;
    const {text} = client;
    const {stands, passes} = this.#blocks;
    if (this.#hosts.has(text) && stands(text)) return text;
    return this.#larger.find(
      (each) => contains(each, client) && stands(each.text) && !passes(client, each.text),
    )?.text;
  }
}
