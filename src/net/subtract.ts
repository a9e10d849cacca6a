/**
 * Subtracts addresses from a network. The result is the smallest number of networks: what a firewall
 * that knows only networks must drop if some addresses are to pass. A /24 without one address is
 * eight networks.
 *
 * Refused: rules that accept the exceptions before the others drop. They would override other rules
 * of the administrator, and behave differently in each backend.
 */
import {addressBits, addressOf} from './address.js';
import {type Network, overlaps} from './network.js';

/** The most holes in one network. A count: each costs up to 80 rules, for an address in a /48. */
export const mostHoles = 64;

/**
 * @param holes networks of any size and family; those outside of `network` change nothing
 * @returns disjoint networks, in order, that cover everything except the holes; undefined: there are
 *   too many holes
 */
export function subtract(
  network: Network,
  holes: readonly Network[],
): readonly Network[] | undefined {
  const inside = holes.filter((hole) => overlaps(hole, network));
  if (inside.length > mostHoles) return undefined;
  return rest(network, inside);
}

function rest(network: Network, holes: readonly Network[]): readonly Network[] {
  const inside = holes.filter((hole) => overlaps(hole, network));
  if (inside.length === 0) return [network];
  // If two networks overlap, the one with the shorter prefix contains the other.
  if (inside.some(({prefix}) => prefix <= network.prefix)) return [];
  return halves(network).flatMap((half) => rest(half, inside));
}

function halves({family, first, last, prefix}: Network): readonly Network[] {
  const middle = first + (last - first + 1n) / 2n;
  const bare = prefix + 1 === addressBits[family];
  const half = (from: bigint, to: bigint): Network => {
    const {text} = addressOf(family, from);
    const name = bare ? text : `${text}/${prefix + 1}`;
    return {family, first: from, last: to, prefix: prefix + 1, text: name};
  };
  return [half(first, middle - 1n), half(middle, last)];
}
