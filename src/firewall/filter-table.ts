/**
 * The filter table as `iptables-save` prints it: its chains and rules, where a rule sends a packet,
 * and whether a packet reaches our rules before another rule could accept it. Both families and both
 * variants (nf_tables, legacy) print it the same way. The caller decides which rules are ours.
 */
import {rulesAsLines} from './filter-listing.js';
import type {TableName} from './iptables-calls.js';
import type {Family} from '../net/address.js';
import {parseNetwork} from '../net/network.js';

/**
 * The chains of one table, each with its rules without `-A CHAIN `.
 *
 * @param listing a complete one (`filter-listing.ts`)
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
 * Where in a built-in chain this rule stands, for a packet.
 *
 * @param chain the target of the rule
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
  // RETURN in a built-in chain leads to the policy, which may accept the packet.
  const passesBy = before.some(
    (rule) => targetOf(rule) === 'RETURN' || mayAccept(rule, rules, new Set([chain])),
  );
  return {place: passesBy ? 'late' : 'first', count};
}

/** iptables-save quotes with `"`, and escapes quotes and backslashes within. */
const quotedText = /"(?:[^"\\]|\\.)*"/g;

/**
 * The target of the rule. Quoted text is skipped: a comment or a log prefix may look like a target.
 */
export function targetOf(rule: string): string | undefined {
  const bare = rule.includes('"') ? rule.replaceAll(quotedText, '""') : rule;
  return /(?:^| )-[jg] (\S+)/.exec(bare)?.[1];
}

/** Another program decides about a queued packet, which then skips the other rules. */
const acceptingTargets = ['ACCEPT', 'QUEUE', 'NFQUEUE'];

/** Whether a packet that matches this rule may be accepted, there or in a chain that it leads to. */
function mayAccept(
  rule: string,
  rules: ReadonlyMap<string, readonly string[]>,
  seen: Set<string>,
): boolean {
  // A loop, not recursion: a long row of nested chains could exceed our own stack.
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
 * A source address without the prefix of a single host: iptables prints `192.0.2.7/32`, we write
 * `192.0.2.7`. A v4-mapped source in ip6tables is not ours: read as IPv4, it could be neither wanted
 * nor deleted there.
 */
export function canonical(source: string, family: Family): string | undefined {
  const host = family === 6 ? '/128' : '/32';
  const text = source.endsWith(host) ? source.slice(0, -host.length) : source;
  // The kernel's usual form. Converting 100,000 of these into numbers would take half a second.
  if (family === 4 && plainQuad.test(text)) return text;
  const network = parseNetwork(text);
  return network?.family === family ? network.text : undefined;
}

const plainQuad = /^\d+\.\d+\.\d+\.\d+$/;

/**
 * Where packets enter the chain.
 * - `first`: exactly once, and no rule before it can accept a packet for our port.
 * - `late`: exactly once, but a rule before it may accept packets, so open sessions would bypass ours.
 * - `twice`: twice or more often, after a race between two tools.
 */
export type Hook = 'missing' | 'late' | 'first' | 'twice';
