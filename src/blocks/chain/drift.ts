/**
 * Separates the steps of a plan that follow from our own decisions from those that repair another
 * program's change. A block that has just begun or ended, or that moves within the tree, is not a
 * repair.
 */
import type {ChainState, ChainStep} from './chain.js';
import {networkOfKey} from './matches.js';
import type {ChainSettings} from './plan.js';
import {branchesTo, isSubChain} from './tree.js';
import type {Family} from '../../net/address.js';
import type {ChainSpec} from './spec.js';

/**
 * @param changed the networks decided about since the last plan
 * @returns the steps that repair another program's changes
 */
export function driftIn(
  {spec, family}: Pick<ChainSettings, 'spec' | 'family'>,
  changed: ReadonlySet<string>,
  actual: ChainState,
  steps: readonly ChainStep[],
): readonly ChainStep[] {
  // Blocks move only when we have decided something.
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
      // A tree shrinks when its blocks have ended.
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
 * A pass changes with logins and time, without a decision about a block, so its steps are no
 * repair.
 */
export const isNoPass = ({kind}: ChainStep): boolean => kind !== 'addPass' && kind !== 'deletePass';

/** The sub-chains in which rules of these networks may stand. */
function chainsOf(spec: ChainSpec, family: Family, networks: readonly string[]): Set<string> {
  return new Set(
    networks.flatMap((network) =>
      branchesTo(spec, family, network, 'deepTree').map(({chain}) => chain),
    ),
  );
}
