/**
 * Looks in the filter tables for rules that drop an address and do not belong to a block of ours:
 * rules of fail2ban, of the administrator, or of a rule set saved long ago. `firewall/other-drops.ts`
 * walks through the listing. Changes nothing.
 */
import type {DropsBeside} from '../beside.js';
import type {ChainSpec} from '../chain/spec.js';
import {isSubChain} from '../chain/tree.js';
import {readListing} from '../../firewall/filter-listing.js';
import {readRules} from '../../firewall/filter-table.js';
import {listCall, programOf, type Variant} from '../../firewall/iptables-calls.js';
import type {RunCall} from '../../firewall/live/part.js';
import {type DropsFound, otherDrops} from '../../firewall/other-drops.js';
import type {Network} from '../../net/network.js';

interface Asked {
  readonly network: Network;
  readonly spec: ChainSpec;
  /** What holds the blocks: with nftables, no chain of iptables is ours. */
  readonly backend: 'iptables' | 'ipset' | 'nftables';
  /** `stands`: a block of ours drops it, so rules in our own chain are expected. */
  readonly block: 'stands' | 'none';
  /** The other of the two programs called iptables, if it may hold something. */
  readonly otherVariant: Variant | undefined;
}

/** @returns undefined: no such rule */
export async function dropsBeside(asked: Asked, run: RunCall): Promise<DropsBeside | undefined> {
  const {otherVariant} = asked;
  const all: DropsBeside[] = [];
  for (const variant of otherVariant === undefined ? ([''] as const) : ['', otherVariant]) {
    all.push(await inTable(asked, variant as Variant, run));
  }
  const [drops, unread] = [all.flatMap((one) => one.drops), all.flatMap((one) => one.unread)];
  if (drops.length === 0 && unread.length === 0) return undefined;
  return {drops, unread, more: all.reduce((sum, {more}) => sum + more, 0)};
}

async function inTable(asked: Asked, variant: Variant, run: RunCall): Promise<DropsBeside> {
  const {network, spec, backend, block} = asked;
  const program = programOf(network.family, variant);
  const listing = await run(listCall(program));
  // A machine without iptables has no rules of it.
  if (listing.kind === 'missing') return nothing;
  const reading = readListing(program, listing, readRules);
  if (reading.kind !== 'read') {
    return {...nothing, unread: reading.kind === 'unreadable' ? [reading.why] : []};
  }
  const isOwn = (chain: string): boolean =>
    variant === '' && backend !== 'nftables' && (chain === spec.chain || isSubChain(spec, chain));
  const walk = (members: ReadonlyMap<string, boolean>): DropsFound =>
    otherDrops(reading.actual, {
      network,
      from: walkedFrom(spec),
      ports: spec.ports,
      isOurs: (chain) => block === 'stands' && isOwn(chain),
      inSet: (set) => members.get(set),
    });
  const first = walk(new Map());
  const found =
    first.unasked.length === 0 ? first : walk(await membersOf(first.unasked, network, run));
  return {
    drops: found.drops.map((drop) => ({...drop, whose: isOwn(drop.chain) ? 'own' : 'others'})),
    more: found.more,
    unread: [],
  };
}

const nothing: DropsBeside = {drops: [], more: 0, unread: []};

/** INPUT leads to the mailer on this machine; any other hook gets forwarded packets. */
const walkedFrom = ({hooks}: ChainSpec): readonly string[] => [
  ...(hooks.includes('INPUT') ? ['INPUT'] : []),
  ...(hooks.some((hook) => hook !== 'INPUT') ? ['FORWARD'] : []),
];

/** ipset can test an address, but not a network. */
async function membersOf(
  sets: readonly string[],
  network: Network,
  run: RunCall,
): Promise<ReadonlyMap<string, boolean>> {
  const members = new Map<string, boolean>();
  for (const set of sets) {
    const isAsked = network.first === network.last;
    const call = {program: 'ipset', parameters: ['test', set, network.text], input: ''};
    members.set(set, isAsked && (await run(call)).kind === 'done');
  }
  return members;
}
