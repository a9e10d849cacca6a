/**
 * Which users may open connections to the mail ports of other machines, as the kernel holds it for
 * one family: values, and how long they last. Does not know the languages of the kernel's tools
 * (`chain.ts`, `nftables.ts`) or whose a connection is (`outgoing/`).
 */
import {isWithin} from '../../base/mechanisms/elapsed.js';
import type {Address, Family} from '../../net/address.js';
import {type Network, overlaps} from '../../net/network.js';

/**
 * `hold`: the first packet of a connection is dropped until the connection is released; TCP sends it
 * again a second later. `reject`: it is answered with a reset.
 */
export type EgressMode = 'hold' | 'reject';

/** A connection that may go its way. */
export interface Release {
  readonly local: Address;
  readonly localPort: number;
  readonly remote: Address;
  readonly remotePort: number;
  /** Whose it is: for the bound of each user; the rule does not ask. */
  readonly uid: number;
  /** Ms since the epoch. */
  readonly untilMs: number;
}

/** What should stand. */
export interface EgressRules {
  readonly chain: string;
  readonly ports: readonly number[];
  readonly mode: EgressMode;
  readonly uids: readonly number[];
  /** Of this family, and none within another. */
  readonly destinations: readonly Network[];
  /** Of `hold`, oldest first, by key. */
  readonly releases: ReadonlyMap<string, Release>;
  /** For how long the kernel holds on by itself. */
  readonly switchSeconds: number;
}

/**
 * The dead man's switch of `hold`: without a word from us everything passes after so long. Seconds:
 * long enough for a machine that is busy, and short enough that TCP, which asks again after 1, 3, 7, 15,
 * 31 and 63 seconds, still gets through.
 */
export const holdSwitchSeconds = 30;

/** Between two looks at what is held, at most. Ms: TCP asks again after 1, 3, 7 and 15 s. */
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

/** From when until when the kernel holds. Ms since the epoch, whole seconds. */
export interface HoldWindow {
  readonly fromMs: number;
  readonly untilMs: number;
}

/**
 * How much earlier than now a window begins. Ms: a clock that is set back by more ends the hold until it
 * is renewed, instead of making it longer; one that is only corrected does not.
 */
const windowBackMs = 5000;

/** How much later than wanted the kernel may end it: it counts from when it gets to the line. Ms. */
const windowSlackMs = 2000;

/** Renewed when less than two thirds are left, so that two tries may fail. */
export function isFresh(untilMs: number, switchSeconds: number, nowMs: number): boolean {
  const wholeMs = switchSeconds * 1000;
  return untilMs >= nowMs + (wholeMs * 2) / 3 && untilMs <= nowMs + wholeMs + windowSlackMs;
}

/** @returns the one that stands, while it is good */
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

/** Those of the family, without what lies in another one. */
export function destinationsOf(family: Family, networks: readonly Network[]): Network[] {
  const distinct = new Map(networks.map((network) => [network.text, network]));
  const own = [...distinct.values()].filter((network) => network.family === family);
  return own.filter(
    (inner) => !own.some((outer) => outer.prefix < inner.prefix && overlaps(outer, inner)),
  );
}
