/**
 * Which packets a rule of ours asks for, in the words of iptables, just as `iptables-save` prints them.
 * For one port at INPUT that is what the old program wrote, and stays so. Several ports are one match
 * (`multiport`), but where packets are translated each port needs a rule of its own: conntrack knows no
 * lists. So what stands for one block is one rule or several, and each has a key.
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

/** The words of the rules of one kind of traffic. */
export interface Matches {
  /** Each must have its rule. */
  readonly all: readonly string[];
  /** The same of the ports for submission; none where there are none. */
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

/** Only from the client to the mailer: an answer has the same number as the port that was called. */
const translated = (ports: readonly number[]): string[] =>
  ports.map((port) => `-p tcp -m conntrack --ctorigdstport ${port} --ctdir ORIGINAL`);

/**
 * How iptables-save shows them when `nft list ruleset` has saved them and nft has loaded that file: nft writes
 * several ports as a set of its own, and iptables 1.8.9 lists the rule without it, as if it were whole. What is
 * listed so drops at these ports alone; read as another's, it would do so for ever.
 */
export const shownWithoutPorts = (traffic: Traffic): boolean =>
  !isTranslated(traffic) && portsMet(traffic).length > 1;

/** The match that is left then. */
export const withoutPorts = '-p tcp';

export const hookRule = ({chain}: Pick<ChainSpec, 'chain'>, match: string): string =>
  `${match} -j ${chain}`;

export const setRule = (spec: Pick<ChainSpec, 'chain'>, family: Family, match: string): string =>
  `${match} -m set --match-set ${setName(spec, family)} src -j DROP`;

/**
 * The keys of the rules for one network: the network itself for the first match, so that a rule of the
 * old listing goes by its network.
 */
export function ruleKeys(network: string, {length}: readonly string[]): readonly string[] {
  if (length === 1) return [network];
  return Array.from({length}, (_, at) => keyOf(network, at));
}

/** @param at which of the matches. A count from 0 */
export const keyOf = (network: string, at: number): string =>
  at === 0 ? network : `${network} ${at}`;

export function networkOfKey(key: string): string {
  const end = key.indexOf(' ');
  return end < 0 ? key : key.slice(0, end);
}

/** Which of the matches a key means. A count from 0. */
export function matchAt(key: string): number {
  const end = key.indexOf(' ');
  return end < 0 ? 0 : Number(key.slice(end + 1));
}
