/** What names a chain of blocks in every backend. */
import type {Family} from '../../net/address.js';

/** Name of the chain and the port it guards; both families have the same. */
export interface ChainSpec {
  readonly chain: string;
  readonly port: number;
}

/** ipset(8): names have 31 characters, and a chain's at most 28. */
export const setName = ({chain}: ChainSpec, family: Family): string => `${chain}-${family}`;

/** One that something of ours stood under. `once`: it was seen that nothing does, and may be again. */
export interface NotedChain extends ChainSpec {
  readonly removed?: 'once';
}
