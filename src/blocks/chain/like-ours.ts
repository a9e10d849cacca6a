/**
 * Finds chains that look as if blocksmtp had made them, but that no daemon maintains: the state
 * forgot their name, or they come from another machine's saved rules. They drop clients for ever.
 * blocksmtp only reports them and never removes them: it cannot know who wrote them.
 */
import {targetOf} from '../../firewall/filter-table.js';

/** A chain of this kind. */
export interface LikeOurs {
  readonly chain: string;
  /** Rules that drop somebody, in the chain and its sub-chains. A count. */
  readonly drops: number;
}

/** The packets that any version asks for (`matches.ts`), and what nft leaves of several ports. */
const packets =
  '-p tcp(?: -m tcp --dport \\d+| -m multiport --dports [\\d,]+| -m conntrack --ctorigdstport \\d+ --ctdir ORIGINAL)?';
const hookShape = new RegExp(`^${packets} -j \\S+$`);
const dropShape = new RegExp(`^-s \\S+ ${packets} -j DROP$`);
const setShape = new RegExp(`^${packets} -m set --match-set (\\S+)-[46] src -j DROP$`);
const branchShape = /^-s \S+ -j \S+$/;

/** Names of sub-chains begin with so much of that of their chain at least (`tree.ts`). Characters. */
const commonCharacters = 15;

/** Chains that a report names. A count. */
export const mostLikeOurs = 5;

/**
 * @param rules a whole filter table, by chain
 * @param isOurs chains that somebody looks after
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
