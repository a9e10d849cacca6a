/** What `doctor` finds about the number of blocks: whether the backend suits it. */
import {countText} from '../../base/count.js';
import type {Facts} from './facts.js';
import {advice, type Finding, good} from '../finding.js';

/** With a set, the kernel ends a block by itself, and a packet costs the same for any number of blocks. */
const setsAdvice = 'backend = "ipset" or "nftables" costs packets nothing for any number of blocks';

/**
 * A tree of chains is good for at most so many rules of one family: the default of `blocks_max`.
 * With 100,000 it takes 4 s to make or restore a tree (docs/performance.md).
 */
export const mostTreeRules = 50_000;

/** Says whether the plain chain is good enough, and what to do if not. */
export function sizeFindings({config, status}: Facts): Finding[] {
  if ('unavailable' in status || config.backend !== 'iptables') return [];
  const most = Math.max(0, ...status.families.map(({wanted}) => wanted));
  const {flatChainMax} = config;
  if (most > mostTreeRules)
    return [advice(`${most} blocks in one family are many for iptables: ${setsAdvice}`)];
  if (most > flatChainMax) {
    return [
      good(
        `${most} blocks, more than flat_chain_max: they stand in sub-chains, which is fine up to ${mostTreeRules}`,
      ),
    ];
  }
  const isLong = most > 2000;
  const cost = `each packet to the mailer is compared with up to ${most} rules: lower flat_chain_max to 1000`;
  return [
    isLong
      ? advice(cost)
      : good(`${countText(most, 'block')}: the flat chain is fine up to ${flatChainMax}`),
  ];
}
