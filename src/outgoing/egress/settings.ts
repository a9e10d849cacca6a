/**
 * Turns the settings into the desired rules of the egress guard, and into the text for a dry run. Does not know
 * which connections are released (`releases.ts`).
 */
import type {Config} from '../../config/schema.js';
import type {Family} from '../../net/address.js';
import {allowedSenders} from '../allowed.js';
import {destinationsOf, type EgressMode, type EgressRules} from './rules.js';

export type EgressSettings = Pick<
  Config,
  | 'backend'
  | 'hookPlace'
  | 'outbound'
  | 'outboundPorts'
  | 'outboundChainName'
  | 'allowedSenders'
  | 'allowedDestinations'
>;

/** `none`: no rules are wanted, and those of an earlier setting are removed. */
export const modeOf = ({outbound}: Pick<EgressSettings, 'outbound'>): EgressMode | 'none' =>
  outbound === 'hold' || outbound === 'reject' ? outbound : 'none';

/** Largest user number of the kernel. The next one means "no user". */
const largestUid = 2 ** 32 - 2;

/**
 * Numbers of the users that may connect, each once, in order. Users that do not exist here are left out.
 *
 * @param uidOf undefined for a name that does not exist here
 */
export function allowedUids(
  entries: EgressSettings['allowedSenders'],
  uidOf: (name: string) => number | undefined,
): number[] {
  const uids = allowedSenders(entries, uidOf).map(({uid}) => uid);
  return [...new Set(uids)].filter((uid) => uid <= largestUid).sort((a, b) => a - b);
}

/** The desired rules of one family, before any connection is released. */
export function fixedRules(
  settings: EgressSettings,
  mode: EgressMode,
  family: Family,
  uids: readonly number[],
  switchSeconds: number,
): Omit<EgressRules, 'releases'> {
  const {outboundChainName: chain, outboundPorts: ports, allowedDestinations} = settings;
  const destinations = destinationsOf(family, allowedDestinations);
  return {chain, ports, mode, uids, destinations, switchSeconds};
}

/** The line of a dry run: what the guard would do. */
export function dryRunText(
  {outboundPorts, allowedDestinations}: EgressSettings,
  mode: EgressMode,
  uids: readonly number[],
): string {
  const deed = {hold: 'hold back until it is known whose they are', reject: 'reject'}[mode];
  const networks = allowedDestinations.map(({text}) => text);
  const allowed = `users ${uids.join(', ') || 'none'}; networks ${networks.join(', ') || 'none'}`;
  const what = `new connections to the ports ${outboundPorts.join(', ')} of other machines`;
  return `would ${deed}: ${what} (allowed: ${allowed})`;
}
