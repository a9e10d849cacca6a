/**
 * The backend `iptables`: one rule for each block, in our chain or in the tree below it. The backend `ipset`
 * uses the same chain, with one rule for all blocks.
 */
import {type ChainState, type ChainStep, doSteps} from './chain.js';
import {driftIn} from './drift.js';
import {matchesOf, ruleKeys} from './matches.js';
import {type ChainSettings, isGood, planChain, planChainRemoval} from './plan.js';
import {parseListing, renderBatch} from './rules.js';
import type {ChainSpec} from './spec.js';
import {branchesTo} from './tree.js';
import type {Desired} from '../intent.js';
import {
  type Backend,
  type CallResult,
  countKinds,
  type Plan,
  type KernelReading,
} from '../../firewall/backend.js';
import {readListing} from '../../firewall/filter-listing.js';
import {programOf, restoreCalls, type Variant} from '../../firewall/iptables-calls.js';
import type {Family} from '../../net/address.js';

export function iptablesBackend(
  settings: ChainSettings,
  variant: Variant = '',
): Backend<ChainState, Desired> {
  const {spec, family} = settings;
  const planOf = (actual: ChainState, steps: readonly ChainStep[]): Plan<ChainState> =>
    chainPlan(settings, variant, actual, steps);
  return {
    name: `${programOf(family, variant)} chain ${spec.chain}`,
    read: ([listing]) => readChain(spec, family, variant, listing),
    plan: (wish, actual) => {
      const steps = planChain(settings, wish, actual);
      const drift = countKinds(driftIn(settings, wish.changed, actual, steps));
      return {...planOf(actual, steps), drift};
    },
    removal: (actual) => planOf(actual, planChainRemoval(settings, actual)),
    standing: (desired, actual) => countRules(settings, desired, actual),
    absentHooks,
  };
}

export function readChain(
  spec: ChainSpec,
  family: Family,
  variant: Variant,
  listing: CallResult | undefined,
): KernelReading<ChainState> {
  return readListing(programOf(family, variant), listing, (text) =>
    parseListing(spec, family, text),
  );
}

export function chainPlan(
  {spec, family}: ChainSettings,
  variant: Variant,
  actual: ChainState,
  steps: readonly ChainStep[],
): Plan<ChainState> {
  const program = programOf(family, variant);
  return {
    calls: steps.length === 0 ? [] : restoreCalls(program, renderBatch(spec, family, steps)),
    changes: countKinds(steps),
    after: () => doSteps(actual, steps),
  };
}

/** Whether the packets of all existing hook chains reach our chain before another rule could accept them. */
export function isHooked(settings: ChainSettings, {chains, hooks}: ChainState): boolean {
  const there = hooks.filter(({place}) => place !== 'absent');
  const areGood = there.length > 0 && there.every((hook) => isGood(hook, settings));
  return chains.has(settings.spec.chain) && areGood;
}

/** The hook chains that do not exist, or not yet. */
export const absentHooks = ({hooks}: ChainState): readonly string[] =>
  hooks.flatMap(({chain, place}) => (place === 'absent' ? chain : []));

function countRules(settings: ChainSettings, desired: Desired, actual: ChainState): number {
  if (!isHooked(settings, actual)) return 0;
  const {spec, family} = settings;
  const {chains} = actual;
  const {all} = matchesOf(spec);
  const isFlat = chains.size === 1;
  let standing = 0;
  for (const [network] of desired.entries()) {
    const isInRoot = holds(spec.chain, network);
    if (isInRoot || (!isFlat && isInTree(network))) standing += 1;
  }
  return standing;

  function holds(chain: string, network: string): boolean {
    const drops = chains.get(chain)?.drops;
    if (drops === undefined || !drops.has(network)) return false;
    return all.length === 1 || ruleKeys(network, all).every((key) => drops.has(key));
  }

  /** Whether one of the chains that the network's packets pass through holds it. */
  function isInTree(network: string): boolean {
    for (const {parent, chain} of branchesTo(spec, family, network, 'deepTree')) {
      if (!chains.get(parent)?.jumps.has(chain)) return false;
      if (holds(chain, network)) return true;
    }
    return false;
  }
}
