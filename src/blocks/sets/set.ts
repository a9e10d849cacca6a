/**
 * What a set of networks looks like in the kernel, with the time at which the kernel itself lets each
 * go, and the smallest change of it. `ipset.ts` and `nftables.ts` put it into their languages.
 */
import type {Desired} from '../intent.js';
import type {Wish} from '../../firewall/backend.js';

/** Network → when the kernel lets it go, ms since the epoch. */
export type Elements = Map<string, number>;

export type SetStep =
  /** Also for one that is there: its time starts again. */
  | {readonly kind: 'add' | 'renew'; readonly network: string; readonly seconds: number}
  | {readonly kind: 'delete'; readonly network: string};

/**
 * How much earlier than ours the kernel's end of a block may be. Ms: it counts in whole seconds, and
 * so does its listing; what ends within this time is left to end by itself.
 */
export const endSlackMs = 3000;

/**
 * How much later than ours it may be. Ms: the kernel begins to count when a batch comes to its
 * line, and its listing was made before it is read; with 100,000 blocks on a busy machine that is
 * many seconds, each call may take 20, and to set all again would only take as long again. Safe:
 * the daemon lifts the block on time; the kernel's timeout matters only when no daemon runs.
 */
export const lateSlackMs = 60_000;

/**
 * The longest time that is set. Seconds: ipset has 32 bits of jiffies in ms (`IPSET_MAX_TIMEOUT`, 24
 * days); a longer block is renewed on the way.
 */
export const longestSeconds = 2_000_000;

/** What goes comes first: nftables takes no network that overlaps one that is there. */
export function planSet(wish: Wish<Desired>, actual: Elements): SetStep[] {
  const {desired, scope, changed} = wish;
  const networks =
    scope === 'all'
      ? new Set([...actual.keys(), ...[...desired.entries()].map(([network]) => network)])
      : changed;
  const steps = [...networks].flatMap((network) => planElement(wish, actual, network) ?? []);
  const isDelete = ({kind}: SetStep): boolean => kind === 'delete';
  return [...steps.filter(isDelete), ...steps.filter((step) => !isDelete(step))];
}

function planElement(wish: Wish<Desired>, actual: Elements, network: string): SetStep | undefined {
  const {desired, unwanted, changed, nowMs} = wish;
  const [untilMs, kernelMs] = [desired.untilMs(network), actual.get(network)];
  if (untilMs === undefined) {
    const isKept = unwanted === 'keep' && !changed.has(network);
    const endsItself = kernelMs === undefined || kernelMs <= nowMs + endSlackMs;
    return isKept || endsItself ? undefined : {kind: 'delete', network};
  }
  // A second more: the daemon ends a block, and the kernel only where there is no daemon.
  const seconds = Math.min(Math.max(Math.ceil((untilMs - nowMs) / 1000), 0) + 1, longestSeconds);
  if (kernelMs === undefined) return {kind: 'add', network, seconds};
  return isRight(kernelMs, untilMs, nowMs) ? undefined : {kind: 'renew', network, seconds};
}

function isRight(kernelMs: number, untilMs: number, nowMs: number): boolean {
  if (kernelMs > untilMs + lateSlackMs) return false;
  const longestMs = longestSeconds * 1000;
  // One of those that are renewed on the way: half of the time is early enough.
  if (untilMs > nowMs + longestMs) return kernelMs > nowMs + longestMs / 2;
  return kernelMs >= untilMs - endSlackMs;
}

/** Does the steps to the elements themselves: see `doSteps` in `blocks/chain/chain.ts`. */
export function doSetSteps(elements: Elements, steps: readonly SetStep[], nowMs: number): Elements {
  for (const step of steps) {
    if (step.kind === 'delete') elements.delete(step.network);
    else elements.set(step.network, nowMs + step.seconds * 1000);
  }
  return elements;
}

/** How many of those that should stand are in the set. */
export function countStanding(desired: Desired, elements: Elements, nowMs: number): number {
  let standing = 0;
  for (const [network] of desired.entries()) {
    if ((elements.get(network) ?? 0) > nowMs) standing += 1;
  }
  return standing;
}

/**
 * The steps that mend what others have done: not those about what we have decided since, and not the
 * time of a block that is longer than the kernel can count.
 */
export function driftIn(
  {changed, desired, nowMs}: Wish<Desired>,
  actual: Elements,
  steps: readonly SetStep[],
): readonly SetStep[] {
  const longestMs = longestSeconds * 1000;
  return steps.filter(({kind, network}) => {
    if (changed.has(network)) return false;
    const isOnItsWay = (desired.untilMs(network) ?? 0) > nowMs + longestMs;
    const isCapped = (actual.get(network) ?? Number.POSITIVE_INFINITY) <= nowMs + longestMs / 2;
    return !(kind === 'renew' && isOnItsWay && isCapped);
  });
}
