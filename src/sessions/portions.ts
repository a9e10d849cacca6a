/** Decides which sockets one call destroys: those of peers that have sockets at the same ports. */
import type {Address} from '../net/address.js';
import type {SocketEntry} from '../net/socket-table.js';

interface Portion {
  /** At most as many as fit into one call. */
  readonly peers: readonly Address[];
  /** The ports at which each peer has a socket, and no others. */
  readonly ports: readonly number[];
}

/** @param most peers in one call. A count */
export function portions(open: readonly SocketEntry[], most: number): Portion[] {
  const byPeer = new Map<string, {readonly peer: Address; readonly ports: Set<number>}>();
  for (const {remote, localPort} of open) {
    const known = byPeer.get(remote.text) ?? {peer: remote, ports: new Set()};
    byPeer.set(remote.text, known);
    known.ports.add(localPort);
  }
  const byPorts = new Map<string, {readonly peers: Address[]; readonly ports: readonly number[]}>();
  for (const {peer, ports} of byPeer.values()) {
    const sorted = [...ports].sort((a, b) => a - b);
    const known = byPorts.get(sorted.join()) ?? {peers: [], ports: sorted};
    byPorts.set(sorted.join(), known);
    known.peers.push(peer);
  }
  return [...byPorts.values()].flatMap(({peers, ports}) =>
    Array.from({length: Math.ceil(peers.length / most)}, (_, at) => ({
      peers: peers.slice(at * most, (at + 1) * most),
      ports,
    })),
  );
}
