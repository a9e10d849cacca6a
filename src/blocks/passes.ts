/**
 * Decides which blocked clients are still served at the submission ports. A client that logged in
 * recently is a user of ours, or shares an address with one. What guesses at port 25 from that
 * address is another machine, or a program that the user does not know about. So a block of the
 * client's address holds at port 25 only, and a block of a network around it still lets the client
 * submit mail.
 *
 * If the operator blocked the client's own address, the block holds at every port: the operator
 * means this client.
 */
import type {Block} from './block.js';
import {networkOf} from './pieces.js';
import {addressOf} from '../net/address.js';
import {NetworkSet} from '../net/network-set.js';

/** A client that has logged in. Plain data, saved as it is under the client's text. */
export interface Submitter {
  /** Its latest login. Ms since the epoch. */
  readonly lastMs: number;
}

/**
 * How long a login counts for a client. Ms: a week, so that a user who comes back on Monday is
 * known.
 */
export const loginMs = 7 * 86_400_000;

/** Clients whose login is remembered. A count: the oldest is forgotten. */
export const mostSubmitters = 10_000;

/**
 * The most clients that pass at the same time. A count: with iptables each is a rule that every
 * packet to the mailer is compared with. The clients with the latest logins pass.
 */
export const mostPasses = 256;

/** The current blocks, by the text of their network. */
export interface Blocks {
  readonly get: (network: string) => Block | undefined;
  readonly values: () => Iterable<Block>;
}

/**
 * @param submitters by client, in any order
 * @returns until when each network passes, ms since the epoch. None lies inside another
 */
export function passesOf(
  submitters: Iterable<readonly [client: string, Submitter]>,
  blocks: Blocks,
  nowMs: number,
): ReadonlyMap<string, number> {
  const lately = [...submitters].filter(([, {lastMs}]) => lastMs > nowMs - loginMs);
  if (lately.length === 0) return new Map();
  const isStanding = ({untilMs}: Block): boolean => untilMs > nowMs;
  const larger = new NetworkSet(
    [...blocks.values()].flatMap((block) =>
      block.network.includes('/') && isStanding(block) ? networkOf(block.network) : [],
    ),
  );
  const passes = new Map<string, number>();
  for (const [client, {lastMs}] of lately.sort(([, a], [, b]) => b.lastMs - a.lastMs)) {
    if (passes.size >= mostPasses) break;
    const own = blocks.get(client);
    const isOwn = own !== undefined && isStanding(own);
    if (isOwn && own.origin === 'operator') continue;
    if (isOwn || larger.overlaps(networkOf(client))) passes.set(client, lastMs + loginMs);
  }
  return withoutInner(passes);
}

/**
 * If there are too many, those that logged in last. @param passes until when each passes. Ms since
 * the epoch
 */
export function newestOf(passes: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const newest = [...passes].sort(([, a], [, b]) => b - a).slice(0, mostPasses);
  return withoutInner(new Map(newest));
}

/** Drops networks inside others: a set in the kernel refuses overlapping ones. */
function withoutInner(passes: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const networks = [...passes.keys()].filter((text) => text.includes('/')).map(networkOf);
  if (networks.length === 0) return passes;
  return new Map(
    [...passes].filter(([text]) => {
      const {family, first, prefix} = networkOf(text);
      const others = networks.filter((network) => network.text !== text && network.prefix < prefix);
      return !new NetworkSet(others).has(addressOf(family, first));
    }),
  );
}
