/**
 * The language of iptables: renders steps as one input of `iptables-restore --noflush` (all or
 * nothing, see iptables-restore(8)), and reads the filter table as `iptables-save` prints it. Both
 * families and both variants (nf_tables, legacy) print alike. Recognises as ours only rules of
 * exactly the shape we write; others in our chain are the administrator's and stay.
 */
import {parseNetwork} from '../net/network.js';
import type {ChainSpec, ChainState, Hook} from './chain.js';
import type {Step} from './plan.js';

const match = ({port}: ChainSpec): string => `-p tcp -m tcp --dport ${port}`;
const hookRule = (spec: ChainSpec): string => `${match(spec)} -j ${spec.chain}`;

/** A batch for `iptables-restore --noflush`. */
export function renderBatch(spec: ChainSpec, steps: readonly Step[]): string {
  return ['*filter', ...steps.map((step) => renderStep(spec, step)), 'COMMIT', ''].join('\n');
}

function renderStep(spec: ChainSpec, step: Step): string {
  switch (step.kind) {
    case 'createChain':
      return `:${spec.chain} - [0:0]`;
    case 'insertHook':
      return `-I INPUT 1 ${hookRule(spec)}`;
    case 'deleteHook':
      return `-D INPUT ${hookRule(spec)}`;
    case 'add':
      return `-A ${dropRule(spec, step.network)}`;
    case 'delete':
      return `-D ${dropRule(spec, step.network)}`;
    case 'flushChain':
      return `-F ${spec.chain}`;
    case 'deleteChain':
      return `-X ${spec.chain}`;
  }
}

function dropRule(spec: ChainSpec, network: string): string {
  return `${spec.chain} -s ${network} ${match(spec)} -j DROP`;
}

/** @param listing what `iptables-save -t filter` (or ip6tables-save) printed */
export function parseListing(spec: ChainSpec, listing: string): ChainState {
  const rules = readRules(listing);
  const drops = new Map<string, number>();
  const dropShape = new RegExp(`^-s (\\S+) ${match(spec)} -j DROP$`);
  for (const rule of rules.get(spec.chain) ?? []) {
    const source = dropShape.exec(rule)?.[1];
    const network = source === undefined ? undefined : canonical(source);
    if (network !== undefined) drops.set(network, (drops.get(network) ?? 0) + 1);
  }
  const input = rules.get('INPUT') ?? [];
  const hookCount = input.filter((rule) => rule === hookRule(spec)).length;
  const chain = rules.has(spec.chain) ? 'present' : 'absent';
  const jumps = [...rules.values()].flat().filter((rule) => targetOf(rule) === spec.chain).length;
  const hook = hookPlace(spec, rules, input, hookCount);
  return {chain, hook, hookCount, otherJumps: jumps - hookCount, drops};
}

function hookPlace(
  spec: ChainSpec,
  rules: ReadonlyMap<string, readonly string[]>,
  input: readonly string[],
  hookCount: number,
): Hook {
  if (hookCount === 0) return 'missing';
  const before = input.slice(0, input.indexOf(hookRule(spec)));
  const passesBy = before.some((rule) => mayAccept(rule, rules, new Set([spec.chain])));
  return passesBy || hookCount > 1 ? 'late' : 'first';
}

/** What iptables-save puts in quotes; it escapes quotes and backslashes within. */
const quotedText = /"(?:[^"\\]|\\.)*"/g;

/** Where the rule sends a packet. A comment or a log prefix may look like a target. */
function targetOf(rule: string): string | undefined {
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
  const target = targetOf(rule);
  if (target === undefined || seen.has(target)) return false;
  if (acceptingTargets.includes(target)) return true;
  seen.add(target);
  return (rules.get(target) ?? []).some((inner) => mayAccept(inner, rules, seen));
}

/** Chains of the filter table, each with its rules without `-A CHAIN `. */
function readRules(listing: string): Map<string, string[]> {
  const rules = new Map<string, string[]>();
  let table = '';
  for (const line of listing.split('\n')) {
    if (line.startsWith('*')) table = line.slice(1);
    if (table !== 'filter') continue;
    const declared = /^:(\S+) /.exec(line)?.[1];
    if (declared !== undefined) rules.set(declared, []);
    const appended = /^-A (\S+) (.*)$/.exec(line);
    if (appended !== null) rules.get(appended[1] ?? '')?.push(appended[2] ?? '');
  }
  return rules;
}

/**
 * iptables prints a host as `192.0.2.7/32`; ours have no prefix then, and need no ip-cidr. A v4-mapped
 * source in ip6tables is none of ours: read as IPv4 it could be neither wanted nor deleted there.
 */
function canonical(source: string): string | undefined {
  const [family, host] = source.includes(':') ? [6, '/128'] : [4, '/32'];
  const network = parseNetwork(source.endsWith(host) ? source.slice(0, -host.length) : source);
  return network?.family === family ? network.text : undefined;
}
