/**
 * Remembers what a blocked client did, as far as a complaint may report it: when, how often, and the names for which
 * it asked, as patterns and keyed hashes. Each row is a client that was blocked by evidence.
 * `complaint/due.ts` decides whether a complaint follows. Knows no clock.
 */
import type {Table} from '../../base/mechanisms/table.js';
import {parseAddress} from '../../net/address.js';
import {parseNetwork} from '../../net/network.js';
import {NetworkSet} from '../../net/network-set.js';

/** A user name as strangers may see it: never the name itself, and never whether it exists. */
export interface ShownName {
  /** Its first letter and its length: `a, 5 characters`. */
  readonly pattern: string;
  /** The beginning of a keyed hash, hexadecimal. A name has the same hash in every complaint. */
  readonly hash: string;
}

/** One client that was blocked for what it did. */
export interface Attacker {
  /** Canonical text of the blocked network; for IPv4 the address itself. */
  readonly client: string;
  /** Canonical text of an address that had a session with the mailer. */
  readonly address: string;
  /** Ms since the epoch, by the log. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** Unknown names and wrong passwords that were counted against it. Counts. */
  readonly unknownNames: number;
  readonly wrongPasswords: number;
  /** Blocks that a complaint may report, with the latest. A count. */
  readonly blocks: number;
  /** The last names, oldest first. */
  readonly names: readonly ShownName[];
  /** The client's port in its last connection, if it is known. */
  readonly sourcePort?: number | undefined;
}

/** Plain data, saved unchanged. */
export interface Deed extends Attacker {
  /** When its latest blocks were made, oldest first. Ms since the epoch. */
  readonly blocksMs: readonly number[];
  /** When a complaint last named the client, and whether that complaint was sent or only shown; absent: none named it. */
  readonly told?: {readonly atMs: number; readonly as: 'sent' | 'shown'} | undefined;
}

/** At most so many clients are remembered. A count: some ten megabytes. The client that was quiet for longest goes first. */
export const mostDeeds = 20_000;
/** The times of at most so many blocks of a client are kept. A count. */
const mostBlockTimes = 16;
/** At most so many names of one client are kept. A count. */
export const mostShownNames = 8;
/** A client is remembered for so long after its latest block. Ms: an operator sees what it did after a complaint. */
const deedKeptMs = 30 * 86_400_000;

/** A block that was made by evidence. */
export interface NotedBlock {
  readonly client: string;
  readonly address: string;
  /** When it was made, by our clock. Ms since the epoch. */
  readonly nowMs: number;
  /** The time of the evidence, by the log. Ms since the epoch. */
  readonly firstMs: number;
  readonly lastMs: number;
  readonly unknownNames: number;
  readonly wrongPasswords: number;
  readonly names: readonly ShownName[];
}

export function noteBlock(deeds: Table<Deed>, block: NotedBlock): void {
  const {client, address, nowMs, firstMs, lastMs} = block;
  const before = deeds.get(client);
  const blocksMs = [...(before?.blocksMs ?? []), nowMs].slice(-mostBlockTimes);
  const names = new Map(
    [...(before?.names ?? []), ...block.names].map((name) => [name.hash, name]),
  );
  deeds.set(client, {
    ...{client, address, blocksMs},
    firstMs: Math.min(before?.firstMs ?? firstMs, firstMs),
    lastMs: Math.max(before?.lastMs ?? lastMs, lastMs),
    unknownNames: (before?.unknownNames ?? 0) + block.unknownNames,
    wrongPasswords: (before?.wrongPasswords ?? 0) + block.wrongPasswords,
    // Counts only blocks that were noted here. Of an earlier block only a line of a log may be known.
    blocks: (before?.blocks ?? 0) + 1,
    names: [...names.values()].slice(-mostShownNames),
    ...(before?.told !== undefined && {told: before.told}),
  });
}

export const latestBlockMs = ({blocksMs}: Deed): number => blocksMs.at(-1) ?? 0;

/**
 * Forgets the deeds in these networks, because their blocks were wrong or are not wanted any more. A network that is the
 * key of a row costs one look-up. For all the others together, the table is walked through once.
 *
 * @param networks canonical texts
 */
export function forgetDeeds(deeds: Table<Deed>, networks: readonly string[]): void {
  const larger: string[] = [];
  for (const network of networks) {
    if (deeds.get(network) !== undefined) deeds.delete(network);
    else if (network.includes('/')) larger.push(network);
  }
  if (larger.length === 0 || deeds.size === 0) return;
  const around = new NetworkSet(larger.flatMap((network) => parseNetwork(network) ?? []));
  for (const {client, address} of [...deeds.values()]) {
    const read = parseAddress(address);
    if (read !== undefined && around.has(read)) deeds.delete(client);
  }
}

/**
 * Forgets old deeds. Moves times that are in the future, after the clock was set back, to now: otherwise a deed would
 * stay for as long as the clock was ahead.
 */
export function sweepDeeds(deeds: Table<Deed>, nowMs: number): void {
  for (const [client, deed] of [...deeds.entries()]) {
    const {told} = deed;
    if (nowMs - latestBlockMs(deed) > deedKeptMs) deeds.delete(client);
    else if (latestBlockMs(deed) > nowMs || (told?.atMs ?? 0) > nowMs) {
      const blocksMs = deed.blocksMs.map((ms) => Math.min(ms, nowMs));
      const moved = told && {...told, atMs: Math.min(told.atMs, nowMs)};
      deeds.replace(client, {...deed, blocksMs, told: moved});
    }
  }
}
