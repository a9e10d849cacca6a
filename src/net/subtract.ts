/**
 * A network without some of its addresses, as the fewest networks: what a firewall that knows only
 * networks is to drop where some of them pass. A /24 without one address is eight networks.
 *
 * Refused: rules that accept the exceptions before the others drop. They would decide for other rules
 * of the administrator too, and mean something else in each backend.
 */
import {addressBits, addressOf} from './address.js';
import {type Network, overlaps} from './network.js';

/** Holes of one network. A count: each costs up to 80 rules, of an address in a /48. */
export const mostHoles = 64;

/**
 * @param holes networks of any size and family; those outside of it change nothing
 * @returns disjoint networks that hold all of it and nothing of the holes, in order; undefined where
 *     there are too many holes
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
  // Of two networks that overlap the one with the shorter prefix holds the other.
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
