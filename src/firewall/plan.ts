/**
 * The only way to the kernel: compares what should stand with what does and gives the smallest
 * change, as steps. An expired block, an unblocked one, a repair and a recovery are all the same
 * thing here: a difference. Does not render (`iptables.ts`) or run (`daemon/kernel-chain.ts`).
 */
import type {ChainState} from './chain.js';

export type Step =
  | {readonly kind: 'createChain'}
  | {readonly kind: 'insertHook'}
  | {readonly kind: 'deleteHook'}
  | {readonly kind: 'add'; readonly network: string}
  | {readonly kind: 'delete'; readonly network: string}
  | {readonly kind: 'flushChain'}
  | {readonly kind: 'deleteChain'};

/**
 * What to do with DROP rules nobody wants. `keep` is for the moment after a start, before the log
 * has been caught up with: a rule set just before a crash is about to be wanted again.
 */
export type Surplus = 'remove' | 'keep';

/**
 * @param desired texts of the networks to be dropped, of one family
 * @returns steps that turn `actual` into what should be; none when it is so already
 */
export function plan(desired: ReadonlySet<string>, actual: ChainState, surplus: Surplus): Step[] {
  const steps: Step[] = [];
  if (actual.chain === 'absent') steps.push({kind: 'createChain'});
  if (actual.hook !== 'first') {
    for (let i = 0; i < actual.hookCount; i++) steps.push({kind: 'deleteHook'});
    steps.push({kind: 'insertHook'});
  }
  for (const [network, count] of actual.drops) {
    const wanted = desired.has(network) || surplus === 'keep' ? 1 : 0;
    for (let i = wanted; i < count; i++) steps.push({kind: 'delete', network});
  }
  for (const network of desired) {
    if (!actual.drops.has(network)) steps.push({kind: 'add', network});
  }
  return steps;
}

/** Steps after which nothing of ours is left; an empty chain, while somebody else's rule needs it. */
export function removalPlan(actual: ChainState): Step[] {
  if (actual.chain === 'absent') return [];
  const hooks = Array.from({length: actual.hookCount}, (): Step => ({kind: 'deleteHook'}));
  if (actual.otherJumps > 0) return [...hooks, {kind: 'flushChain'}];
  return [...hooks, {kind: 'flushChain'}, {kind: 'deleteChain'}];
}

/** What the kernel looks like once all steps are done. */
export function afterSteps(actual: ChainState, steps: readonly Step[]): ChainState {
  const drops = new Map(actual.drops);
  const {otherJumps} = actual;
  let {chain, hook, hookCount} = actual;
  for (const step of steps) {
    switch (step.kind) {
      case 'createChain':
        chain = 'present';
        break;
      case 'insertHook':
        [hook, hookCount] = ['first', hookCount + 1];
        break;
      case 'deleteHook':
        hookCount -= 1;
        if (hookCount === 0) hook = 'missing';
        break;
      case 'add':
        drops.set(step.network, (drops.get(step.network) ?? 0) + 1);
        break;
      case 'delete': {
        const left = (drops.get(step.network) ?? 0) - 1;
        if (left > 0) drops.set(step.network, left);
        else drops.delete(step.network);
        break;
      }
      case 'flushChain':
        drops.clear();
        break;
      case 'deleteChain':
        chain = 'absent';
        break;
    }
  }
  return {chain, hook, hookCount, otherJumps, drops};
}
