/**
 * Finds chains that look as if blocksmtp had made them, but that no daemon maintains: the state
 * forgot their name, or they come from another machine's saved rules. They drop clients until
 * somebody removes them. blocksmtp only reports them and never removes them: it cannot know who wrote
 * them.
 */
import {targetOf} from '../../firewall/filter-table.js';

export interface LikeOurs {
  readonly chain: string;
  /** Rules that drop packets, in the chain and its sub-chains. A count. */
  readonly drops: number;
}

/**
 * The matches that any version of blocksmtp writes (`matches.ts`), and what nft makes of several
 * ports.
 */
const packets =
  '-p tcp(?: -m tcp --dport \\d+| -m multiport --dports [\\d,]+| -m conntrack --ctorigdstport \\d+ --ctdir ORIGINAL)?';
const hookShape = new RegExp(`^${packets} -j \\S+$`);
const dropShape = new RegExp(`^-s \\S+ ${packets} -j DROP$`);
const setShape = new RegExp(`^${packets} -m set --match-set (\\S+)-[46] src -j DROP$`);
const branchShape = /^-s \S+ -j \S+$/;

/** How many characters of its chain's name a sub-chain's name keeps at least (`tree.ts`). */
const commonCharacters = 15;

/** The most chains that a report names. A count. */
export const mostLikeOurs = 5;

/**
 * @param rules a whole filter table, by chain
 * @param isOurs whether a daemon maintains the chain
 */
export function likeOurs(
  rules: ReadonlyMap<string, readonly string[]>,
  isOurs: (chain: string) => boolean,
): LikeOurs[] {
  const hooked = new Set<string>();
  for (const texts of rules.values()) {
    for (const text of texts) {
      const to = hookShape.test(text) ? targetOf(text) : undefined;
      if (to !== undefined && rules.has(to) && !isOurs(to)) hooked.add(to);
    }
  }
  const found = [...hooked].map((chain) => ({chain, drops: dropsIn(rules, chain)}));
  return found.filter(({drops}) => drops > 0).slice(0, mostLikeOurs);
}

function dropsIn(rules: ReadonlyMap<string, readonly string[]>, root: string): number {
  let drops = 0;
  const seen = new Set([root]);
  for (const chain of seen) {
    for (const text of rules.get(chain) ?? []) {
      const isSet = setShape.exec(text)?.[1] === root;
      if (isSet || dropShape.test(text)) drops += 1;
      else if (branchShape.test(text)) {
        const to = targetOf(text)!;
        if (to.startsWith(root.slice(0, commonCharacters)) && rules.has(to)) seen.add(to);
      }
    }
  }
  return drops;
}
