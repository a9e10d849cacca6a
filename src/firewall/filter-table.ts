/**
 * The filter table as `iptables-save` prints it, whatever is in it: its chains and rules, where a
 * rule sends a packet, and whether a packet meets one of ours before another rule could accept it.
 * Both families and both variants (nf_tables, legacy) print alike. The caller decides which rules
 * are ours.
 */
import {rulesAsLines} from './filter-listing.js';
import type {TableName} from './iptables-calls.js';
import type {Family} from '../net/address.js';
import {parseNetwork} from '../net/network.js';

/**
 * Chains of one table, each with its rules without `-A CHAIN `.
 *
 * @param listing a whole one (`filter-listing.ts`)
 */
export function readRules(listing: string, wanted: TableName = 'filter'): Map<string, string[]> {
  const rules = new Map<string, string[]>();
  let table = '';
  for (const line of rulesAsLines(listing)) {
    if (line.startsWith('*')) table = line.slice(1);
    if (table !== wanted) continue;
    if (line.startsWith(':')) rules.set(line.slice(1, line.indexOf(' ')), []);
    if (!line.startsWith('-A ')) continue;
    const end = line.indexOf(' ', 3);
    rules.get(line.slice(3, end))?.push(line.slice(end + 1));
  }
  return rules;
}

/**
 * Where a packet meets this rule of a built-in chain.
 *
 * @param chain to which the rule leads
 * @param builtin the rules of the built-in chain, in order
 */
export function hookPlace(
  hook: string,
  chain: string,
  rules: ReadonlyMap<string, readonly string[]>,
  builtin: readonly string[],
): {readonly place: Hook; readonly count: number} {
  const count = builtin.filter((rule) => rule === hook).length;
  if (count === 0) return {place: 'missing', count};
  if (count > 1) return {place: 'twice', count};
  const before = builtin.slice(0, builtin.indexOf(hook));
  // Out of a built-in chain itself a packet returns to the policy, which may accept it.
  const passesBy = before.some(
    (rule) => targetOf(rule) === 'RETURN' || mayAccept(rule, rules, new Set([chain])),
  );
  return {place: passesBy ? 'late' : 'first', count};
}

/** What iptables-save puts in quotes; it escapes quotes and backslashes within. */
const quotedText = /"(?:[^"\\]|\\.)*"/g;

/** Where the rule sends a packet. A comment or a log prefix may look like a target. */
export function targetOf(rule: string): string | undefined {
  const bare = rule.includes('"') ? rule.replaceAll(quotedText, '""') : rule;
  return /(?:^| )-[jg] (\S+)/.exec(bare)?.[1];
}

/** A queued packet is accepted by another program, and never comes back to the rules. */
const acceptingTargets = ['ACCEPT', 'QUEUE', 'NFQUEUE'];

/** Whether a packet that meets this rule may be accepted there, directly or further down. */
function mayAccept(
  rule: string,
  rules: ReadonlyMap<string, readonly string[]>,
  seen: Set<string>,
): boolean {
  // One after the other: a row of chains, each in the next, can be deeper than our own stack.
  const chains: string[] = [];
  for (let texts: readonly string[] = [rule]; ; texts = rules.get(chains.pop()!) ?? []) {
    for (const text of texts) {
      const target = targetOf(text);
      if (target === undefined || seen.has(target)) continue;
      if (acceptingTargets.includes(target)) return true;
      seen.add(target);
      chains.push(target);
    }
    if (chains.length === 0) return false;
  }
}

/**
 * iptables prints a host as `192.0.2.7/32`; ours have no prefix then, and need no ip-cidr. A v4-mapped
 * source in ip6tables is none of ours: read as IPv4 it could be neither wanted nor deleted there.
 */
export function canonical(source: string, family: Family): string | undefined {
  const host = family === 6 ? '/128' : '/32';
  const text = source.endsWith(host) ? source.slice(0, -host.length) : source;
  // The kernel's own way of writing it; a number made of 100,000 of these would take half a second.
  if (family === 4 && plainQuad.test(text)) return text;
  const network = parseNetwork(text);
  return network?.family === family ? network.text : undefined;
}

const plainQuad = /^\d+\.\d+\.\d+\.\d+$/;

/**
 * Where packets enter the chain.
 * `first`: exactly once, and no rule before it can accept a packet for our port.
 * `late`: exactly once, and a rule before it may accept, so that open sessions would pass by.
 * `twice`: or more often, after a race of two tools.
 */
export type Hook = 'missing' | 'late' | 'first' | 'twice';
