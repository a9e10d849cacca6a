/**
 * For `doctor`: finds in the firewall, and in the files loaded at boot, rules that the daemon does not
 * maintain. `report/findings/machine.ts` judges them. Changes nothing.
 */
import {likeOurs} from '../../blocks/chain/like-ours.js';
import {setName} from '../../blocks/chain/spec.js';
import {isSubChain} from '../../blocks/chain/tree.js';
import type {Config} from '../../config/schema.js';
import {readListing} from '../../firewall/filter-listing.js';
import {readRules} from '../../firewall/filter-table.js';
import {listCall, programOf, type Variant} from '../../firewall/iptables-calls.js';
import {tableOf} from '../../firewall/nft.js';
import {gateName} from '../../config/kinds/chain-names.js';
import type {Facts} from '../../report/findings/facts.js';
import {readTextFile} from '../../sys/disk/text-file.js';
import {machineFamilies, otherVariant, runFirewallCall} from '../../sys/firewall/netfilter.js';

type FirewallFacts = Pick<Facts, 'savedSets' | 'savedChains' | 'likeOurs' | 'tablesLikeOurs'>;

export async function firewallFacts(config: Config): Promise<FirewallFacts> {
  return {
    savedSets: savedSetsIn(config),
    savedChains: savedByNft.filter((path) => {
      const read = readTextFile(path);
      return read.kind === 'text' && holdsOurChain(read.text, config.iptablesChainName);
    }),
    likeOurs: await chainsLikeOurs(config),
    tablesLikeOurs: await tablesLikeOurs(config),
  };
}

/** Where distributions and ufw keep the rules loaded at boot. */
const savedRules = [
  ...['/etc/iptables/rules.v4', '/etc/iptables/rules.v6', '/etc/iptables.rules'],
  ...['/etc/sysconfig/iptables', '/etc/sysconfig/ip6tables'],
  ...['/etc/ufw/before.rules', '/etc/ufw/after.rules', '/etc/ufw/user.rules'],
  ...['/etc/ufw/before6.rules', '/etc/ufw/after6.rules', '/etc/ufw/user6.rules'],
];

/** The same for nft. */
const savedByNft = ['/etc/nftables.conf', '/etc/sysconfig/nftables.conf', '/etc/nftables/main.nft'];

/** Looked for under any backend: a file saved before the backend changed is still loaded. */
function savedSetsIn({iptablesChainName: chain}: Config): string[] {
  const names = ([4, 6] as const).map((family) => `--match-set ${setName({chain}, family)} `);
  return savedRules.filter((path) => {
    const read = readTextFile(path);
    return read.kind === 'text' && names.some((name) => read.text.includes(name));
  });
}

/** What nft cannot load again as it was: ipset sets, and what iptables does not read back. */
const lossy = /\bxt match\b|\bmatch-set\b|\bct original\b/;

/** @param text a rule set as nft lists it */
export function holdsOurChain(text: string, chain: string): boolean {
  let isInside = false;
  for (const line of text.split('\n')) {
    const bare = line.trim();
    if (bare === `chain ${chain} {`) isInside = true;
    else if (bare === '}') isInside = false;
    if (isInside && lossy.test(bare)) return true;
  }
  return false;
}

export async function chainsLikeOurs(config: Config): Promise<NonNullable<Facts['likeOurs']>> {
  const {backend, iptablesChainName: chain} = config;
  const spec = {chain, ports: [], hooks: []};
  const other = await otherVariant();
  const found = [];
  for (const variant of other === undefined ? ([''] as const) : (['', other] as const)) {
    for (const family of machineFamilies()) {
      const program = programOf(family, variant);
      const reading = readListing(program, await runFirewallCall(listCall(program)), readRules);
      if (reading.kind !== 'read') continue;
      const isOurs = (name: string): boolean =>
        isOwnVariant(variant) &&
        backend !== 'nftables' &&
        (name === chain || isSubChain(spec, name));
      found.push(...likeOurs(reading.actual, isOurs).map((each) => ({...each, program})));
    }
  }
  return found;
}

const isOwnVariant = (variant: Variant): boolean => variant === '';

/** Tables under other names than those in force. */
async function tablesLikeOurs(config: Config): Promise<string[]> {
  const {backend, iptablesChainName, outboundChainName} = config;
  const names = backend === 'nftables' ? [iptablesChainName, outboundChainName, gateName] : [];
  const ours = names.flatMap((chain) =>
    ['ip', 'ip6'].map((family) => `${family} ${tableOf({chain})}`),
  );
  const listed = await runFirewallCall({program: 'nft', parameters: ['list', 'tables'], input: ''});
  if (listed.kind !== 'done') return [];
  const tables = listed.stdout.split('\n').flatMap((line) => tableShape.exec(line)?.[1] ?? []);
  return tables.filter((table) => !ours.includes(table)).slice(0, mostTables);
}

const tableShape = /^table (ip6? blocksmtp-[\w.-]+)$/;

/** The most tables that a report names. A count. */
const mostTables = 5;
