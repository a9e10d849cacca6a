/**
 * The desired rules for one family: which users may open connections to the mail ports of other
 * machines, and how long the kernel holds connections of other users. How the tools write the rules is
 * for `chain.ts` and `nftables.ts`. Does not know the owner of a connection (`outgoing/`).
 */
import {isWithin} from '../../base/mechanisms/elapsed.js';
import type {Address, Family} from '../../net/address.js';
import {type Network, overlaps} from '../../net/network.js';

/**
 * `hold`: the kernel drops the SYN of a connection until the connection is released; TCP sends it again a second
 * later. `reject`: the kernel answers the SYN with a reset.
 */
export type EgressMode = 'hold' | 'reject';

/** A held connection that is let through. */
export interface Release {
  readonly local: Address;
  readonly localPort: number;
  readonly remote: Address;
  readonly remotePort: number;
  /** Its user, for the bound of each user. The rule does not match it. */
  readonly uid: number;
  /** When the release ends. Ms since the epoch. */
  readonly untilMs: number;
}

export interface EgressRules {
  readonly chain: string;
  readonly ports: readonly number[];
  readonly mode: EgressMode;
  readonly uids: readonly number[];
  /** Networks of this family to which every user may connect, none inside another. */
  readonly destinations: readonly Network[];
  /** Releases of `hold`, by key, the oldest first. */
  readonly releases: ReadonlyMap<string, Release>;
  /** How long the kernel goes on holding if we do not renew it. */
  readonly switchSeconds: number;
}

/**
 * The dead man's switch of `hold`: if we do not renew the hold for this long, every connection passes. Seconds: long
 * enough for a busy machine, and short enough for TCP, which sends its SYN again after 1, 3, 7, 15, 31 and 63
 * seconds.
 */
export const holdSwitchSeconds = 30;

/** Longest time between two looks at held connections. Ms: TCP sends its SYN again after 1, 3, 7 and 15 s. */
export const longestGapMs = 10_000;

/**
 * Whether the watch looks at held connections in time to release them. If not, the dead man's
 * switch is not renewed.
 *
 * @param lastLookMs when the watch last looked; undefined: no watch has begun
 * @param nowMs by the same clock
 */
export const isKeepingUp = (lastLookMs: number | undefined, nowMs: number): boolean =>
  lastLookMs === undefined || isWithin(lastLookMs, longestGapMs, nowMs);

/** The time in which the kernel holds connections. Ms since the epoch, whole seconds. */
export interface HoldWindow {
  readonly fromMs: number;
  readonly untilMs: number;
}

/**
 * How long before now a new window begins. Ms: if the clock is set back by more than this, the hold ends until it is
 * renewed, instead of lasting longer. A small correction of the clock does not end it.
 */
const windowBackMs = 5000;

/** How much later than wanted the kernel may end the hold. Ms: it counts from when it runs the command. */
const windowSlackMs = 2000;

/** Whether more than two thirds of the time are left. If not, the hold is renewed, so that two renewals may fail. */
export function isFresh(untilMs: number, switchSeconds: number, nowMs: number): boolean {
  const wholeMs = switchSeconds * 1000;
  return untilMs >= nowMs + (wholeMs * 2) / 3 && untilMs <= nowMs + wholeMs + windowSlackMs;
}

/** @returns the standing window while it is good, or a new one */
export function windowFor(
  standing: HoldWindow | undefined,
  switchSeconds: number,
  nowMs: number,
): HoldWindow {
  const isGood =
    standing !== undefined &&
    standing.fromMs <= nowMs &&
    isFresh(standing.untilMs, switchSeconds, nowMs);
  if (isGood) return standing;
  const second = Math.ceil(nowMs / 1000) * 1000;
  return {fromMs: second - windowBackMs, untilMs: second + switchSeconds * 1000};
}

/** The networks of one family, without those that lie inside another. */
export function destinationsOf(family: Family, networks: readonly Network[]): Network[] {
  const distinct = new Map(networks.map((network) => [network.text, network]));
  const own = [...distinct.values()].filter((network) => network.family === family);
  return own.filter(
    (inner) => !own.some((outer) => outer.prefix < inner.prefix && overlaps(outer, inner)),
  );
}
