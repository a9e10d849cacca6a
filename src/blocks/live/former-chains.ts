/**
 * Remembers the names, ports and hook chains under which the firewall may hold something of ours. The
 * configuration may change while no daemon runs; without this memory the former rules would stay for ever. The
 * memory outlives the rules, because somebody may load a saved rule set a year later.
 */
import {type ChainSpec, type Traffic, trafficKey} from '../chain/spec.js';
import type {Former} from './leftovers.js';
import type {NotedChain, State} from '../../guard/state.js';

/**
 * Other chain names without rules that are remembered. A count: each costs some program calls at every search.
 */
export const mostFormerChains = 8;

/**
 * The most that is remembered. A count: each listing is compared with all of them, and nobody has used so many
 * combinations of ports. The oldest is forgotten.
 */
export const mostNoted = 100;

const keyOf = ({chain, ...traffic}: ChainSpec): string => `${chain} ${trafficKey(traffic)}`;

/** Plain data, without absent keys. */
const trafficOf = ({ports, hooks, gate}: Traffic): Traffic => ({
  ...{ports, hooks},
  ...(gate !== undefined && {gate}),
});

/** Notes that something of ours may stand there from now on. Call it before the first batch. */
export function noteChain({chains}: State, spec: ChainSpec): void {
  const {chain} = spec;
  const key = keyOf(spec);
  const noted = chains.get(key);
  if (noted !== undefined && noted.removed === undefined) return;
  chains.limitTo(mostNoted);
  chains.set(key, {chain, ...trafficOf(spec)});
}

/** Everything noted except what is in force. */
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
    noteGone: ({chain, former = [], ...latest}) => {
      for (const traffic of [latest, ...former]) {
        const key = keyOf({chain, ...traffic});
        const noted = chains.get(key);
        if (noted === undefined || noted.removed !== undefined) continue;
        chains.set(key, {chain, ...trafficOf(traffic), removed: 'once'});
      }
      forgetOldest(chains, present.chain);
    },
  };
}

/** If there are too many other names, forgets first those whose rules have gone. */
function forgetOldest(chains: State['chains'], present: string): void {
  const gone = [...chains.entries()].filter(
    ([, {chain, removed}]) => chain !== present && removed !== undefined,
  );
  for (const [key] of gone.slice(0, Math.max(0, gone.length - mostFormerChains))) {
    chains.delete(key);
  }
}

/** Earlier versions noted one port, at INPUT. */
const specOf = (noted: NotedChain): ChainSpec =>
  'port' in noted
    ? {chain: noted.chain, ports: [noted.port], hooks: ['INPUT']}
    : {chain: noted.chain, ...trafficOf(noted)};
