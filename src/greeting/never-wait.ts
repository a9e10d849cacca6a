/**
 * Decides which clients never wait at the gate: exempt ones, and clients that have proved
 * themselves. The first ones get a place; an address in a network that is there already needs none.
 */
import {type Network, parseNetwork} from '../net/network.js';
import {NetworkSet} from '../net/network-set.js';

/** Clients that never wait. A count: the kernel looks each packet up in a set, and a set of ipset holds 65,536. */
export const mostClients = 20_000;

/** The administrator's entries and our own addresses. A count: as many; of a longer whitelist the first ones. */
export const mostExempt = 20_000;

interface KnownSenders {
  /** Exempt from blocks, by the order of their right. */
  readonly exempt: readonly Network[];
  /** Canonical texts of clients, by the order of their right: who logged in, whose mail is wanted, friends. */
  readonly clients: Iterable<string>;
}

/**
 * A client of IPv6 is a network mostly. One that never waits does so as a whole, also where an entry lies in it; an
 * entry in it does not make it one: its other addresses wait.
 *
 * @returns canonical texts, none inside another
 */
export function neverWaiting({exempt, clients}: KnownSenders): ReadonlySet<string> {
  const entries = withoutInner(exempt.slice(0, mostExempt));
  const exempted = new NetworkSet(entries);
  const wide = new Map<string, Network>();
  const hosts = new Map<string, Network>();
  for (const client of clients) {
    if (wide.size + hosts.size >= mostClients) break;
    const network = parseNetwork(client);
    if (network === undefined || exempted.covers(network)) continue;
    (isHost(network) ? hosts : wide).set(network.text, network);
  }
  const around = new NetworkSet(wide.values());
  const outside = [...hosts.values()].filter((host) => !around.overlaps(host));
  const others = wide.size === 0 ? entries : withoutInner([...entries, ...wide.values()]);
  return new Set([...others, ...outside].map(({text}) => text));
}

const isHost = ({family, prefix}: Network): boolean => prefix === (family === 4 ? 32 : 128);

/** Of two that overlap the larger one stays: two networks are never half in each other. */
function withoutInner(networks: readonly Network[]): Network[] {
  const kept: Network[] = [];
  let last: Network | undefined;
  const inOrder = [...networks].sort(
    (a, b) => a.family - b.family || compare(a.first, b.first) || a.prefix - b.prefix,
  );
  for (const network of inOrder) {
    const isInner =
      last !== undefined && last.family === network.family && network.first <= last.last;
    if (isInner) continue;
    kept.push(network);
    last = network;
  }
  return kept;
}

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);
