/**
 * Remembers under which names, and for which ports and hook chains, something of ours was made in the
 * firewall: a configuration may be changed while nobody runs, and what the one before has made would stand
 * for ever.
 */
import {type ChainSpec, trafficKey} from '../chain/spec.js';
import type {Former} from './leftovers.js';
import type {NotedChain, State} from '../../guard/state.js';

/**
 * The most that is remembered. A count: each listing is compared with all of them, and nobody has so many
 * combinations of ports; the oldest is forgotten.
 */
export const mostNoted = 100;

const keyOf = ({chain, ports, hooks}: ChainSpec): string =>
  `${chain} ${trafficKey({ports, hooks})}`;

/** From now on something of ours may stand there. Said before the first batch. */
export function noteChain({chains}: State, spec: ChainSpec): void {
  const {chain, ports, hooks} = spec;
  if (chains.get(keyOf(spec)) !== undefined) return;
  chains.limitTo(mostNoted);
  chains.set(keyOf(spec), {chain, ports, hooks});
}

/** All but what is in force. */
export function formerChains({chains}: State, present: ChainSpec): Former {
  const byName = new Map<string, ChainSpec[]>();
  for (const spec of [...chains.values()].map(specOf)) {
    byName.set(spec.chain, [...(byName.get(spec.chain) ?? []), spec]);
  }
  const ours = byName.get(present.chain) ?? [];
  byName.delete(present.chain);
  return {
    traffic: ours.filter((spec) => keyOf(spec) !== keyOf(present)),
    specs: [...byName.values()].flatMap(([spec, ...former]) => (spec ? {...spec, former} : [])),
    forget: ({chain, former = [], ...traffic}) => {
      for (const each of [traffic, ...former]) chains.delete(keyOf({chain, ...each}));
    },
  };
}

/** Versions before noted one port, at INPUT. */
const specOf = (noted: NotedChain): ChainSpec =>
  'port' in noted ? {chain: noted.chain, ports: [noted.port], hooks: ['INPUT']} : noted;
