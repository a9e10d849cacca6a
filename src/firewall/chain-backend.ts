/**
 * The backend `iptables`: one rule for each block, in our chain or in the tree below it. Also the
 * chain of the backend `ipset`, which has one rule for all.
 */
import {
  type Backend,
  type Call,
  type CallResult,
  countKinds,
  type Plan,
  type Reading,
} from './backend.js';
import {type ChainSpec, type ChainState, type ChainStep, doSteps} from './chain.js';
import {type ChainSettings, planChain, planChainRemoval} from './chain-plan.js';
import type {Desired} from './intent.js';
import {parseListing, renderBatch} from './iptables.js';
import {branchesTo} from './layout.js';
import type {Family} from '../net/address.js';

/** `''` is what the machine calls iptables; the others are one of the two of that name. */
export type Variant = '' | '-legacy' | '-nft';

/** How long iptables waits for another tool that holds its lock. Seconds. */
const lockSeconds = 5;

export function iptablesBackend(
  settings: ChainSettings,
  variant: Variant = '',
): Backend<ChainState> {
  const {spec, family} = settings;
  const planOf = (actual: ChainState, steps: readonly ChainStep[]): Plan<ChainState> =>
    chainPlan(settings, variant, actual, steps);
  return {
    name: `${programOf(family, variant)} chain ${spec.chain}`,
    read: ([listing]) => readChain(spec, family, variant, listing),
    plan: (wish, actual) => planOf(actual, planChain(settings, wish, actual)),
    removal: (actual) => planOf(actual, planChainRemoval(settings, actual)),
    standing: (desired, actual) => countRules(settings, desired, actual),
  };
}

export const programOf = (family: Family, variant: Variant): string =>
  `${family === 4 ? 'iptables' : 'ip6tables'}${variant}`;

/** @param program iptables or ip6tables, in either variant */
export const listCall = (program: string): Call => ({
  program: `${program}-save`,
  parameters: ['-t', 'filter'],
  input: '',
});

/** All of it or nothing (iptables-restore(8)); the rest of the table stays as it is. */
export const restoreCall = (program: string, input: string): Call => ({
  program: `${program}-restore`,
  parameters: ['--noflush', '--wait', String(lockSeconds)],
  input,
});

export function readChain(
  spec: ChainSpec,
  family: Family,
  variant: Variant,
  listing: CallResult | undefined,
): Reading<ChainState> {
  if (listing === undefined) return {kind: 'call', call: listCall(programOf(family, variant))};
  return listing.kind === 'done'
    ? {kind: 'read', actual: parseListing(spec, family, listing.stdout)}
    : {kind: 'unreadable', why: listing.why};
}

export function chainPlan(
  {spec, family}: ChainSettings,
  variant: Variant,
  actual: ChainState,
  steps: readonly ChainStep[],
): Plan<ChainState> {
  const program = programOf(family, variant);
  return {
    calls: steps.length === 0 ? [] : [restoreCall(program, renderBatch(spec, family, steps))],
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
