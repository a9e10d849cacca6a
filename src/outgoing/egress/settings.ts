/**
 * From the settings to what the egress guard should hold, and the words for it in a dry run. Does not
 * know which connections are released (`releases.ts`).
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

/** `none`: there are no rules, and what an earlier setting has made goes. */
export const modeOf = ({outbound}: Pick<EgressSettings, 'outbound'>): EgressMode | 'none' =>
  outbound === 'hold' || outbound === 'reject' ? outbound : 'none';

/** The kernel's: one less than the number that stands for nobody. */
const largestUid = 2 ** 32 - 2;

/**
 * The users who may connect, each once, in order. Users that the machine does not have are left out.
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

/** What should stand in one family, before any connection is released. */
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

/** What a dry run would do. */
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
