/**
 * A set of networks that answers one question for every piece of evidence: does one of them contain this
 * address? Sorted, merged ranges for each family, searched by bisection, so 10,000 entries cost as much as
 * ten. `whitelist.ts` finds which entry it was, for people.
 */
import type {Address, Family} from './address.js';
import type {Network} from './network.js';

interface Range {
  readonly first: bigint;
  readonly last: bigint;
}

export class NetworkSet {
  readonly #ranges: Readonly<Record<Family, readonly Range[]>>;

  constructor(networks: Iterable<Network>) {
    const all = [...networks];
    this.#ranges = {4: merged(all, 4), 6: merged(all, 6)};
  }

  has(address: Address): boolean {
    return this.#meets(address.family, address.value, address.value);
  }

  /** Whether any address of the network is in the set. */
  overlaps(network: Network): boolean {
    return this.#meets(network.family, network.first, network.last);
  }

  /** Whether all addresses of the network are in the set. */
  covers({family, first, last}: Network): boolean {
    const range = this.#reaching(family, first);
    return range !== undefined && range.first <= first && last <= range.last;
  }

  #meets(family: Family, first: bigint, last: bigint): boolean {
    const range = this.#reaching(family, first);
    return range !== undefined && range.first <= last;
  }

  /** The first range that ends at or after this address: only this one can contain it. */
  #reaching(family: Family, first: bigint): Range | undefined {
    const ranges = this.#ranges[family];
    let [low, high] = [0, ranges.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (ranges[middle]!.last < first) low = middle + 1;
      else high = middle;
    }
    return ranges[low];
  }
}

function merged(networks: readonly Network[], family: Family): readonly Range[] {
  const sorted = networks
    .filter((network) => network.family === family)
    .sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  const ranges: {first: bigint; last: bigint}[] = [];
  for (const {first, last} of sorted) {
    const previous = ranges.at(-1);
    if (previous !== undefined && first <= previous.last + 1n) {
      if (last > previous.last) previous.last = last;
    } else {
      ranges.push({first, last});
    }
  }
  return ranges;
}
