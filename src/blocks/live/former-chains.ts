/**
 * Remembers under which names and ports something of ours was made in the firewall: a configuration
 * may be changed while nobody runs, and what the one before has made would stand for ever.
 */
import type {ChainSpec} from '../chain/spec.js';
import type {Former} from './leftovers.js';
import type {State} from '../../guard/state.js';

const keyOf = ({chain, port}: ChainSpec): string => `${chain} ${port}`;

/** From now on something of ours may stand there. Said before the first batch. */
export function noteChain({chains}: State, spec: ChainSpec): void {
  if (chains.get(keyOf(spec)) === undefined) chains.set(keyOf(spec), spec);
}

/** All but this one, which is in force. */
export function formerChains({chains}: State, present: ChainSpec): Former {
  return {
    specs: [...chains.values()].filter((spec) => keyOf(spec) !== keyOf(present)),
    forget: (spec) => {
      chains.delete(keyOf(spec));
    },
  };
}
