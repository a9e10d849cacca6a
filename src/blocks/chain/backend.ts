/**
 * The backend `iptables`: one rule for each block, in our chain or in the tree below it. Also the
 * chain of the backend `ipset`, which has one rule for all.
 */
import {type ChainState, type ChainStep, doSteps} from './chain.js';
import {driftIn} from './drift.js';
import {type ChainSettings, planChain, planChainRemoval} from './plan.js';
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

/** Whether packets come by our chain before anything could accept them. */
export function isHooked({spec, hookPlace}: ChainSettings, {chains, hook}: ChainState): boolean {
  return chains.has(spec.chain) && (hook === 'first' || (hook === 'late' && hookPlace === 'any'));
}

function countRules(settings: ChainSettings, desired: Desired, actual: ChainState): number {
  if (!isHooked(settings, actual)) return 0;
  const {spec, family} = settings;
  const {chains} = actual;
  const isFlat = chains.size === 1;
  let standing = 0;
  for (const [network] of desired.entries()) {
    const isInRoot = chains.get(spec.chain)?.drops.has(network);
    if (isInRoot || (!isFlat && isInTree(network))) standing += 1;
  }
  return standing;

  /** In any of the chains that its packets come through. */
  function isInTree(network: string): boolean {
    for (const {parent, chain} of branchesTo(spec, family, network, 'deepTree')) {
      if (!chains.get(parent)?.jumps.has(chain)) return false;
      if (chains.get(chain)?.drops.has(network)) return true;
    }
    return false;
  }
}
