/**
 * Decides who never waits at the gate: who is exempt from blocks, and clients that have shown who they are. Who
 * stands first has a place; what lies in a network that is there already needs none.
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

/** @returns canonical texts, none inside another */
export function neverWaiting({exempt, clients}: KnownSenders): ReadonlySet<string> {
  const networks = withoutInner(exempt.slice(0, mostExempt));
  const exempted = new NetworkSet(networks);
  const texts = new Set(networks.map(({text}) => text));
  const most = texts.size + mostClients;
  const wide: Network[] = [];
  const hosts: Network[] = [];
  for (const client of clients) {
    if (wide.length + hosts.length >= most) break;
    const network = parseNetwork(client);
    if (network === undefined || exempted.overlaps(network)) continue;
    (isHost(network) ? hosts : wide).push(network);
  }
  const around = new NetworkSet(wide);
  for (const {text} of withoutInner(wide)) texts.add(text);
  for (const network of hosts) if (!around.overlaps(network)) texts.add(network.text);
  return new Set([...texts].slice(0, most));
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
