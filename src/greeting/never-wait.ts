/**
 * Decides which clients never wait at the gate: exempt ones, and clients that have proved
 * themselves. If there are more than the bounds allow, the first ones are taken. An address needs no
 * entry if its network is taken already.
 */
import {type Network, parseNetwork} from '../net/network.js';
import {NetworkSet} from '../net/network-set.js';

/** Clients that never wait. A count: they share one set with other networks, and a set of ipset holds 65,536. */
export const mostClients = 20_000;

/** Exempt networks: the whitelist and our own addresses. A count: as many as clients. */
export const mostExempt = 20_000;

interface KnownSenders {
  /** Networks that are exempt from blocks, the most important first. */
  readonly exempt: readonly Network[];
  /**
   * Canonical texts of clients, the most important first: clients that logged in, clients whose mail is wanted,
   * friends.
   */
  readonly clients: Iterable<string>;
}

/**
 * An IPv6 client is mostly a network. If the client never waits, all its addresses go straight to the mailer. If only
 * a smaller exempt network lies in it, its other addresses wait.
 *
 * @returns canonical texts of networks, none inside another: the exempt ones first, in the given order
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

/** Removes each network that lies inside another, and keeps the order. Two networks never overlap in part. */
function withoutInner(networks: readonly Network[]): Network[] {
  const kept = new Set<Network>();
  let last: Network | undefined;
  const inOrder = [...networks].sort(
    (a, b) => a.family - b.family || compare(a.first, b.first) || a.prefix - b.prefix,
  );
  for (const network of inOrder) {
    const isInner =
      last !== undefined && last.family === network.family && network.first <= last.last;
    if (isInner) continue;
    kept.add(network);
    last = network;
  }
  return networks.filter((network) => kept.has(network));
}

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);
