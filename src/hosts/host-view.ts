/**
 * What `why` shows about a host or a domain, as one value: its addresses, how each was found, and the state of
 * each.
 */
import type {ShownBlock} from '../blocks/block.js';
import {addressBits} from '../net/address.js';
import {type Network, networkOf, overlaps, parseNetwork} from '../net/network.js';
import type {SeenClient} from './seen.js';

/** How an address was found to belong to the host. */
export type KnownBy = 'address' | 'MX' | 'SPF' | 'name in the log' | 'sender in the log';

/** What the DNS says about a host. */
export interface LookedUp {
  readonly found: readonly {readonly network: string; readonly by: KnownBy}[];
  /** What could not be looked up, and why. */
  readonly silent: readonly string[];
}

/** The state of an address: part of what `why ADDRESS` shows. */
export interface StateOf {
  readonly exemption: string | null;
  readonly block: ShownBlock | null;
  /** The network inside the block that still passes. */
  readonly passes: string | null;
  readonly score: number | null;
  readonly lastBlocked: {readonly atMs: number; readonly reason: string} | null;
}

export interface HostAddress {
  /** An address, or a network that the domain names. */
  readonly network: string;
  readonly by: readonly KnownBy[];
  readonly log: SeenClient | null;
  /** null: not asked, or unknown. */
  readonly state: StateOf | null;
  /** Blocks of smaller networks inside it. */
  readonly inside: readonly string[];
}

export interface HostView {
  readonly host: string;
  readonly addresses: readonly HostAddress[];
  /** Addresses left out of the view. A count. */
  readonly more: number;
  /** Logs that were read. */
  readonly places: readonly string[];
  /** From when on the logs were read. Ms since the epoch; null: no line was read. */
  readonly sinceMs: number | null;
  /** What could not be looked up, read or asked. */
  readonly unknown: readonly string[];
}

/** Addresses in one view. A count: a person reads no more, and each one costs a request. */
export const mostAddresses = 16;
/** Blocks inside one network that a view shows. A count. */
const mostInside = 8;

/** An address whose state is not known yet. */
export type Candidate = Omit<HostAddress, 'state'>;

/**
 * Merges what was found into one list with each address once: blocked ones first, then those in the log, the
 * latest first, then the rest.
 *
 * @param blocks all blocks in force
 */
export function candidates(
  {found}: LookedUp,
  seen: readonly SeenClient[],
  logOf: (client: string) => SeenClient | undefined,
  blocks: readonly Pick<ShownBlock, 'network'>[],
): Candidate[] {
  const by = new Map<string, Set<KnownBy>>();
  const know = (network: string, how: KnownBy): void =>
    void by.set(network, (by.get(network) ?? new Set()).add(how));
  for (const {network, by: how} of found) know(network, how);
  for (const {client, names, sends} of seen) {
    if (names.length > 0) know(client, 'name in the log');
    if (sends === 'yes') know(client, 'sender in the log');
  }
  const near = nearOf(blocks.flatMap(({network}) => parseNetwork(network) ?? []));
  const all = [...by].map(([text, ways]) => {
    const network = networkOf(text);
    const blocked = near(network);
    const inside = blocked.filter(({prefix}) => prefix > network.prefix).map((block) => block.text);
    const each = {network: text, by: [...ways], log: logOf(text) ?? null};
    return {
      rank: blocked.length > 0 ? 0 : each.log === null ? 2 : 1,
      candidate: {...each, inside: inside.slice(0, mostInside)},
    };
  });
  return all
    .sort((a, b) => a.rank - b.rank || lastOf(b.candidate) - lastOf(a.candidate))
    .map(({candidate}) => candidate);
}

/**
 * Finds the blocks that overlap a network. A domain whose name spammers like to use has thousands of clients in
 * the log, so blocks of single addresses are not searched one by one for each client.
 */
function nearOf(standing: readonly Network[]): (network: Network) => readonly Network[] {
  const isHost = ({family, prefix}: Network): boolean => prefix === addressBits[family];
  const hosts = new Map(standing.filter(isHost).map((block) => [block.text, block]));
  const wide = standing.filter((block) => !isHost(block));
  return (network) => {
    const among = isHost(network) ? [hosts.get(network.text) ?? [], wide].flat() : standing;
    return among.filter((block) => overlaps(block, network));
  };
}

const lastOf = ({log}: Candidate): number => log?.lastMs ?? 0;
