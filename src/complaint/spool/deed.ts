/**
 * What a blocked client did, as far as a complaint may report it: when, how often, and the names it
 * asked for as patterns and keyed hashes. Each row is a client that evidence blocked;
 * `complaint/due.ts` decides whether a complaint follows. Knows no clock.
 */
import type {Table} from '../../base/mechanisms/table.js';
import {parseAddress} from '../../net/address.js';
import {parseNetwork} from '../../net/network.js';
import {NetworkSet} from '../../net/network-set.js';

/** A user name as strangers may read it: never the name itself, and never whether it exists. */
export interface ShownName {
  /** Its first letter and its length: `a, 5 characters`. */
  readonly pattern: string;
  /** The beginning of a keyed hash, hexadecimal: the same name has the same one in every complaint. */
  readonly hash: string;
}

/** One client that was blocked for what it did. */
export interface Attacker {
  /** Canonical text of the network that was blocked: of IPv4 the address itself. */
  readonly client: string;
  /** Canonical text of one address, as the mailer had it in a session. */
  readonly address: string;
  /** Ms since the epoch, by the log. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** What was counted: unknown names, wrong passwords. Counts. */
  readonly unknownNames: number;
  readonly wrongPasswords: number;
  /** Blocks that could be complained of, the latest included. A count. */
  readonly blocks: number;
  /** The last ones, oldest first. */
  readonly names: readonly ShownName[];
  /** Of its last connection, where it is known. */
  readonly sourcePort?: number | undefined;
}

/** Plain data: it is saved as it is. */
export interface Deed extends Attacker {
  /** When its latest blocks were made, oldest first. Ms since the epoch. */
  readonly blocksMs: readonly number[];
  /** When a complaint last named it, and whether that was sent; absent: none did. */
  readonly told?: {readonly atMs: number; readonly as: 'sent' | 'shown'} | undefined;
}

/** Clients remembered. A count: some ten megabytes; beyond it the one silent for longest goes. */
export const mostDeeds = 20_000;
/** Blocks of one client whose times are kept. A count. */
const mostBlockTimes = 16;
/** Names of one client. A count. */
export const mostShownNames = 8;
/** So long a client is remembered after its latest block. Ms: a complaint shows what came after it. */
const deedKeptMs = 30 * 86_400_000;

/** A block that evidence made. */
export interface NotedBlock {
  readonly client: string;
  readonly address: string;
  /** When it was made, by our clock. Ms since the epoch. */
  readonly nowMs: number;
  /** What it was made for, by the log. Ms since the epoch. */
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
    // Not all blocks that it ever had: of others a line of a log may be all that is known.
    blocks: (before?.blocks ?? 0) + 1,
    names: [...names.values()].slice(-mostShownNames),
    ...(before?.told !== undefined && {told: before.told}),
  });
}

export const latestBlockMs = ({blocksMs}: Deed): number => blocksMs.at(-1) ?? 0;

/**
 * Forgets what the clients of these networks did: their blocks were wrong, or nobody wants them any more. All deeds
 * are walked through once at most, however many networks there are, and only for those that are no client of a row.
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
 * Forgets what is old; and what lies in the future, by a clock that was set back, is moved to now: it would
 * count for as long as the clock was ahead.
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
