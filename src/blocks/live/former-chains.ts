/**
 * Remembers under which names and ports something of ours was made in the firewall: a configuration
 * may be changed while nobody runs, and what the one before has made would stand for ever. A name is
 * kept when its rules are gone: a rule set that was saved once may be loaded again in a year.
 */
import type {ChainSpec} from '../chain/spec.js';
import type {Former} from './leftovers.js';
import type {State} from '../../guard/state.js';

/** Names without rules that are remembered. A count: each costs some calls of programs at every check. */
export const mostFormerChains = 8;

const keyOf = ({chain, port}: ChainSpec): string => `${chain} ${port}`;

/** From now on something of ours may stand there. Said before the first batch. */
export function noteChain({chains}: State, spec: ChainSpec): void {
  const noted = chains.get(keyOf(spec));
  if (noted === undefined || noted.removed !== undefined) chains.set(keyOf(spec), spec);
}

/** All but this one, which is in force. */
export function formerChains({chains}: State, present: ChainSpec): Former {
  const others = [...chains.values()].filter((spec) => keyOf(spec) !== keyOf(present));
  return {
    specs: others.map(({chain, port}) => ({chain, port})),
    standing: others.filter(({removed}) => removed === undefined),
    noteGone: (spec) => {
      if (chains.get(keyOf(spec))?.removed !== undefined) return;
      chains.set(keyOf(spec), {...spec, removed: 'once'});
      forgetOldest(chains);
    },
  };
}

/** The one whose rules have gone first, where there are too many. */
function forgetOldest(chains: State['chains']): void {
  const gone = [...chains.values()].filter(({removed}) => removed !== undefined);
  for (const spec of gone.slice(0, Math.max(0, gone.length - mostFormerChains))) {
    chains.delete(keyOf(spec));
  }
}
