/**
 * What a set of networks looks like in the kernel, with the time at which the kernel removes each
 * network, and the smallest change of it. `ipset.ts` and `nftables.ts` translate the steps.
 */
import type {Desired} from '../intent.js';
import type {Wish} from '../../firewall/backend.js';

/** Network → when the kernel removes it, ms since the epoch. */
export type Elements = Map<string, number>;

export type SetStep =
  /** `renew`: the network is in the set; its timeout starts again. */
  | {readonly kind: 'add' | 'renew'; readonly network: string; readonly seconds: number}
  | {readonly kind: 'delete'; readonly network: string};

/**
 * How much earlier than ours the kernel's end of a block may be. Ms: the kernel and its listing count
 * whole seconds. A block that ends within this time is left to expire.
 */
export const endSlackMs = 3000;

/**
 * How much later than ours it may be. Ms. The kernel starts counting when a batch reaches the line,
 * and a listing is older than the moment at which it is read. With 100,000 blocks on a busy machine
 * that makes many seconds: each call may take 20, and setting all timeouts again would take as long
 * again. Safe: the daemon lifts the block on time; the kernel's timeout matters only when no daemon
 * runs.
 */
export const lateSlackMs = 60_000;

/**
 * The longest timeout that we set. Seconds: ipset stores 32 bits of jiffies in ms
 * (`IPSET_MAX_TIMEOUT`, 24 days). A longer block is renewed before that.
 */
export const longestSeconds = 2_000_000;

/** Deletions come first: nftables refuses a network that overlaps an element. */
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
  // One second more: the daemon ends a block itself; the kernel's end matters only without a daemon.
  const seconds = Math.min(Math.max(Math.ceil((untilMs - nowMs) / 1000), 0) + 1, longestSeconds);
  if (kernelMs === undefined) return {kind: 'add', network, seconds};
  return isRight(kernelMs, untilMs, nowMs) ? undefined : {kind: 'renew', network, seconds};
}

function isRight(kernelMs: number, untilMs: number, nowMs: number): boolean {
  if (kernelMs > untilMs + lateSlackMs) return false;
  const longestMs = longestSeconds * 1000;
  // The timeout is shorter than the block and must be renewed; half of it is early enough.
  if (untilMs > nowMs + longestMs) return kernelMs > nowMs + longestMs / 2;
  return kernelMs >= untilMs - endSlackMs;
}

/** Applies the steps to the elements in place, like `doSteps` in `blocks/chain/chain.ts`. */
export function doSetSteps(elements: Elements, steps: readonly SetStep[], nowMs: number): Elements {
  for (const step of steps) {
    if (step.kind === 'delete') elements.delete(step.network);
    else elements.set(step.network, nowMs + step.seconds * 1000);
  }
  return elements;
}

/** How many of the wanted networks are in the set. */
export function countStanding(desired: Desired, elements: Elements, nowMs: number): number {
  let standing = 0;
  for (const [network] of desired.entries()) {
    if ((elements.get(network) ?? 0) > nowMs) standing += 1;
  }
  return standing;
}

/**
 * The steps that repair other programs' changes: none about networks decided since, and none that
 * only renews the timeout of a block that is too long for the kernel.
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
