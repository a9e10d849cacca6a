/**
 * Which steps of a plan follow from our own decisions, and which only from a change by another
 * program. A block that has just come or gone, or that moves within the tree, is no repair.
 */
import type {ChainState, ChainStep} from './chain.js';
import {networkOfKey} from './matches.js';
import type {ChainSettings} from './plan.js';
import {branchesTo, isSubChain} from './tree.js';
import type {Family} from '../../net/address.js';
import type {ChainSpec} from './spec.js';

/**
 * @param changed the networks that we have decided about since the last plan
 * @returns the steps that mend what others have done
 */
export function driftIn(
  {spec, family}: Pick<ChainSettings, 'spec' | 'family'>,
  changed: ReadonlySet<string>,
  actual: ChainState,
  steps: readonly ChainStep[],
): readonly ChainStep[] {
  // Only a decision of ours moves blocks.
  if (changed.size === 0) return steps.filter(isNoPass);
  const standing = new Set(
    [...actual.chains.values()].flatMap(({drops}) => [...drops.keys()].map(networkOfKey)),
  );
  const added = new Set(
    steps.flatMap((step) => (step.kind === 'add' ? networkOfKey(step.key) : [])),
  );
  const isOwn = (network: string): boolean =>
    changed.has(network) || (added.has(network) && standing.has(network));
  const moving = [...changed, ...added].filter(isOwn);
  const chains = chainsOf(spec, family, moving);
  const folds = moving.some((network) => standing.has(network));
  return steps.filter((step) => {
    switch (step.kind) {
      case 'add':
      case 'delete':
        return !isOwn(networkOfKey(step.key));
      case 'createChain':
        return !chains.has(step.chain);
      case 'addJump':
        return !chains.has(step.branch.chain);
      // A tree folds up when its blocks have ended.
      case 'flushChain':
      case 'deleteChain':
        return !folds || !isSubChain(spec, step.chain);
      case 'deleteJump':
        return !folds;
      case 'addPass':
      case 'deletePass':
        return isNoPass(step);
      case 'insertHook':
      case 'deleteHook':
      case 'deleteStale':
      case 'deleteStaleHook':
      case 'addMatch':
      case 'deleteMatch':
        return true;
    }
  });
}

/**
 * Passes change through logins and time, without a decision about a block: no other program has
 * changed anything.
 */
export const isNoPass = ({kind}: ChainStep): boolean => kind !== 'addPass' && kind !== 'deletePass';

/** The sub-chains in which these may stand. */
function chainsOf(spec: ChainSpec, family: Family, networks: readonly string[]): Set<string> {
  return new Set(
    networks.flatMap((network) =>
      branchesTo(spec, family, network, 'deepTree').map(({chain}) => chain),
    ),
  );
}
