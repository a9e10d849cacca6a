/** What `doctor` finds of the number of blocks: whether the backend carries so many. */
import {countText} from '../../base/count.js';
import type {Facts} from './facts.js';
import {advice, type Finding, good} from '../finding.js';

/** With a set the kernel ends a block by itself, and no number of them costs a packet anything. */
const setsAdvice = 'backend = "ipset" or "nftables" costs packets nothing for any number of blocks';

/**
 * The most rules of one family for which a tree is good; as many as `blocks_max` allows unless told
 * otherwise. With 100,000 it takes 4 s to make or restore one (docs/performance.md).
 */
export const mostTreeRules = 50_000;

/** Up to where the plain chain is fine, and what to do then. */
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
