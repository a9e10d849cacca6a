/**
 * Which packets our rules match, in the words of iptables, exactly as `iptables-save` prints them. For one port
 * at INPUT the rule is the one that the old program wrote, and must stay so. Several ports take one match
 * (`multiport`). Where packets are translated, each port needs a rule of its own, because conntrack matches no
 * lists. So a block has one rule or several, and each rule has a key.
 */
import {
  type ChainSpec,
  isTranslated,
  portsMet,
  setName,
  submissionsOf,
  type Traffic,
} from './spec.js';
import type {Family} from '../../net/address.js';

/** The matches of the rules for one kind of traffic. */
export interface Matches {
  /** There is one rule for each of these. */
  readonly all: readonly string[];
  /** The same for the submission ports; empty if none is guarded. */
  readonly submissions: readonly string[];
}

export function matchesOf(traffic: Traffic): Matches {
  const words = isTranslated(traffic) ? translated : direct;
  return {all: words(portsMet(traffic)), submissions: words(submissionsOf(traffic.ports))};
}

function direct(ports: readonly number[]): string[] {
  if (ports.length === 0) return [];
  return ports.length === 1
    ? [`-p tcp -m tcp --dport ${ports[0]}`]
    : [`-p tcp -m multiport --dports ${ports.join(',')}`];
}

/** Only packets from the client to the mailer: an answer has the same original port. */
const translated = (ports: readonly number[]): string[] =>
  ports.map((port) => `-p tcp -m conntrack --ctorigdstport ${port} --ctdir ORIGINAL`);

/**
 * Whether iptables-save may show our rules without their ports. This happens after `nft list ruleset` has saved
 * them and nft has loaded the file: nft writes several ports as an anonymous set, and iptables 1.8.9 lists the
 * rule without that set, as if it matched every port. Such a rule drops packets at our ports only. If we took
 * it for somebody else's rule, it would stay for ever.
 */
export const shownWithoutPorts = (traffic: Traffic): boolean =>
  !isTranslated(traffic) && portsMet(traffic).length > 1;

/** What such a listing shows as the match. */
export const withoutPorts = '-p tcp';

export const hookRule = ({chain}: Pick<ChainSpec, 'chain'>, match: string): string =>
  `${match} -j ${chain}`;

export const setRule = (spec: Pick<ChainSpec, 'chain'>, family: Family, match: string): string =>
  `${match} -m set --match-set ${setName(spec, family)} src -j DROP`;

/**
 * The keys of the rules for one network. The key for the first match is the network itself, so that a rule of
 * the old program is found by its network.
 */
export function ruleKeys(network: string, {length}: readonly string[]): readonly string[] {
  if (length === 1) return [network];
  return Array.from({length}, (_, at) => keyOf(network, at));
}

/** @param at the index of the match. From 0 */
export const keyOf = (network: string, at: number): string =>
  at === 0 ? network : `${network} ${at}`;

export function networkOfKey(key: string): string {
  const end = key.indexOf(' ');
  return end < 0 ? key : key.slice(0, end);
}

/** The index of the match that a key means. From 0. */
export function matchAt(key: string): number {
  const end = key.indexOf(' ');
  return end < 0 ? 0 : Number(key.slice(end + 1));
}
