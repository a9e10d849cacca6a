/**
 * The rules of the egress guard as iptables rules, exactly as `iptables-save` prints them in both families and both
 * variants. Reads from such a listing which of them the kernel has. Only rules of exactly these shapes count as ours.
 */
import {kernelTime} from '../../base/time-text.js';
import {canonical, type Hook, hookPlace, readRules, targetOf} from '../../firewall/filter-table.js';
import {addressBits, type Family} from '../../net/address.js';
import type {Network} from '../../net/network.js';
import {releaseKey} from './releases.js';
import type {EgressRules, Release, HoldWindow} from './rules.js';

/** A rule as `iptables-save` prints it, without `-A CHAIN `, and whether it is ours. */
export interface EgressRule {
  readonly text: string;
  readonly owner: 'ours' | 'other';
}

interface EgressHook {
  readonly place: Hook;
  readonly count: number;
}

/** What the kernel has. */
export interface EgressChain {
  /** Rules in their order; `absent`: there is no such chain. */
  readonly rules: readonly EgressRule[] | 'absent';
  /** Our jumps in OUTPUT, by port. Ports that are no longer guarded are included. */
  readonly hooks: ReadonlyMap<number, EgressHook>;
  /** `needed`: foreign rules jump to the chain, so it can be flushed but not deleted. */
  readonly use: 'ours' | 'needed';
  readonly readMs: number;
}

/** Matches new connections only. Packets of established connections never reach our chain. */
export const hookRule = (chain: string, port: number): string =>
  `-p tcp -m tcp --dport ${port} --tcp-flags FIN,SYN,RST,ACK SYN -j ${chain}`;

const hookedPort = /^-p tcp -m tcp --dport (\d+) --tcp-flags /;

const loopbackRule = '-o lo -j RETURN';
const rejectRule = '-p tcp -j REJECT --reject-with tcp-reset';

/** All rules of the chain, in their order. They use RETURN and not ACCEPT, so that foreign rules still apply. */
export function ruleTexts(rules: EgressRules, family: Family, window: HoldWindow): string[] {
  const {mode, uids, destinations, releases} = rules;
  return [
    loopbackRule,
    ...destinations.map((network) => `-d ${printed(network)} -j RETURN`),
    ...uids.map((uid) => `-m owner --uid-owner ${uid} -j RETURN`),
    ...(mode === 'reject'
      ? [rejectRule]
      : [...[...releases.values()].map((each) => releaseRule(each, family)), dropRule(window)]),
  ];
}

const printed = ({text, family, prefix}: Network): string =>
  prefix === addressBits[family] ? `${text}/${prefix}` : text;

function releaseRule({local, localPort, remote, remotePort}: Release, family: Family): string {
  const bits = addressBits[family];
  const ports = `-p tcp -m tcp --sport ${localPort} --dport ${remotePort}`;
  return `-s ${local.text}/${bits} -d ${remote.text}/${bits} ${ports} -j RETURN`;
}

/** Times are in UTC: iptables reads and prints them so in every time zone. */
const dropRule = ({fromMs, untilMs}: HoldWindow): string =>
  `-m time --datestart ${kernelTime(fromMs)} --datestop ${kernelTime(untilMs)} -j DROP`;

const time = '(\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d)';
const dropShape = new RegExp(`^-m time --datestart ${time} --datestop ${time} -j DROP$`);
const releaseShape = /^-s (\S+) -d (\S+) -p tcp -m tcp --sport (\d+) --dport (\d+) -j RETURN$/;
const destinationShape = /^-d (\S+) -j RETURN$/;
const ownerShape = /^-m owner --uid-owner \d+ -j RETURN$/;

/** @returns the window in which this rule holds connections; undefined: it is another rule */
export function windowIn(rule: string): HoldWindow | undefined {
  const [, from, until] = dropShape.exec(rule) ?? [];
  return from === undefined
    ? undefined
    : {fromMs: Date.parse(`${from}Z`), untilMs: Date.parse(`${until}Z`)};
}

/** @returns the key of the release that this rule makes; undefined: it is another rule */
export function releaseIn(rule: string, family: Family): string | undefined {
  const [, from = '', to = '', localPort, remotePort] = releaseShape.exec(rule) ?? [];
  const [local, remote] = [canonical(from, family), canonical(to, family)];
  if (local === undefined || remote === undefined) return undefined;
  const [one, other] = [{text: local}, {text: remote}];
  return releaseKey({
    ...{local: one, remote: other},
    ...{localPort: Number(localPort), remotePort: Number(remotePort)},
  });
}

/** @param listing the output of `iptables-save -t filter` or `ip6tables-save -t filter` */
export function parseEgress(
  chain: string,
  family: Family,
  listing: string,
  nowMs: number,
): EgressChain {
  const rules = readRules(listing);
  const output = rules.get('OUTPUT') ?? [];
  const hooks = new Map<number, EgressHook>();
  for (const rule of output) {
    const port = Number(hookedPort.exec(rule)?.[1]);
    const hook = hookRule(chain, port);
    if (rule === hook) hooks.set(port, hookPlace(hook, chain, rules, output));
  }
  const isHook = (name: string, rule: string): boolean =>
    name === 'OUTPUT' && rule === hookRule(chain, Number(hookedPort.exec(rule)?.[1]));
  const isNeeded = [...rules].some(([name, texts]) =>
    texts.some((text) => targetOf(text) === chain && !isHook(name, text)),
  );
  return {
    rules: rules.get(chain)?.map((text) => readRule(text, family)) ?? 'absent',
    hooks,
    use: isNeeded ? 'needed' : 'ours',
    readMs: nowMs,
  };
}

/** The tools print an IPv4-compatible address as `::192.0.2.7`. Turns it into the form that we write. */
function readRule(text: string, family: Family): EgressRule {
  const isPlain = text === loopbackRule || text === rejectRule || ownerShape.test(text);
  if (isPlain || dropShape.test(text)) return {text, owner: 'ours'};
  if (!destinationShape.test(text) && !releaseShape.test(text)) return {text, owner: 'other'};
  const words = text.split(' ').map((word, at, all) => {
    if (!/^-[sd]$/.test(all[at - 1] ?? '')) return word;
    const network = canonical(word, family);
    return network?.includes('/') === false ? `${network}/${addressBits[family]}` : network;
  });
  return words.includes(undefined)
    ? {text, owner: 'other'}
    : {text: words.join(' '), owner: 'ours'};
}
