/**
 * The way to the gate as iptables rules: which rules should stand in our chain of each table, exactly
 * as `iptables-save` prints them in both families and both variants. The backend `ipset` holds known
 * clients in a set, and sees early talk (`nftables-listing.ts` explains how). The backend `iptables`
 * has one rule for each known client, and cannot see early talk.
 */
import {kernelTime} from '../../base/time-text.js';
import {addressBits, type Family} from '../../net/address.js';
import type {HoldWindow} from '../../outgoing/egress/rules.js';
import type {OwnRules} from './own-chain.js';
import {gateName} from '../../config/kinds/chain-names.js';
import {type GateRules, headerBytes, smtpPort, type TalkSet, talkSets} from './spec.js';

export type Carrier = 'rules' | 'sets';

/** The set of known clients. */
export const knownSet = (family: Family): string => `${gateName}-${family}`;

export const talkSet = (set: TalkSet, family: Family): string => `${gateName}-${set}-${family}`;

const nothing: OwnRules = {hooks: [], rules: []};

/** Rules in table nat: they redirect unknown clients. @param known networks that get a rule each */
export function natRules(
  {mode, port}: GateRules,
  family: Family,
  carrier: Carrier,
  known: readonly string[],
  window: HoldWindow | undefined,
): OwnRules {
  if (mode !== 'gate') return nothing;
  return {
    hooks: [
      {
        chain: 'PREROUTING',
        match: `! -i lo -p tcp -m tcp --dport ${smtpPort} -m addrtype --dst-type LOCAL`,
      },
    ],
    rules: [
      ...(carrier === 'sets'
        ? [`-m set --match-set ${knownSet(family)} src -j RETURN`]
        : known.map((network) => `-s ${printed(network, family)} -j RETURN`)),
      // Last, because it is replaced at each renewal: the rules before it stay.
      ...(window === undefined ? [] : [leadRule(port, window)]),
    ],
  };
}

const printed = (network: string, family: Family): string =>
  network.includes('/') ? network : `${network}/${addressBits[family]}`;

/** Times are in UTC: iptables reads and prints them so in every time zone. */
const leadRule = (port: number, {fromMs, untilMs}: HoldWindow): string =>
  `-p tcp -m time --datestart ${kernelTime(fromMs)} --datestop ${kernelTime(untilMs)} -j DNAT --to-destination :${port}`;

const time = '(\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d)';
const leadShape = new RegExp(
  `^-p tcp -m time --datestart ${time} --datestop ${time} -j DNAT --to-destination :\\d+$`,
);

/** @returns the window in which this rule redirects clients; undefined: it is another rule */
export function leadWindow(rule: string): HoldWindow | undefined {
  const [, from, until] = leadShape.exec(rule) ?? [];
  return from === undefined
    ? undefined
    : {fromMs: Date.parse(`${from}Z`), untilMs: Date.parse(`${until}Z`)};
}

/** Rules in table filter. */
export function filterRules({mode, port}: GateRules, family: Family, carrier: Carrier): OwnRules {
  const all = [
    ...(mode === 'gate' ? [directRules(port)] : []),
    ...(carrier === 'sets' ? [talkRules(family)] : []),
  ];
  return {
    hooks: all.flatMap(({hooks}) => hooks),
    rules: all.flatMap(({rules}) => rules),
  };
}

/** Refuses clients that connect to the gate's port directly, without the redirection. */
const directRules = (port: number): OwnRules => ({
  hooks: [{chain: 'INPUT', match: `! -i lo -p tcp -m tcp --dport ${port}`}],
  rules: [`-p tcp -m tcp --dport ${port} -m conntrack ! --ctstate DNAT -j DROP`],
});

function talkRules(family: Family): OwnRules {
  const {plain, stamped} = headerBytes(family, 'iptables');
  const [to, from] = [`-p tcp -m tcp --dport ${smtpPort}`, `-p tcp -m tcp --sport ${smtpPort}`];
  const isIn = (set: TalkSet, end: string): string =>
    `-m set --match-set ${talkSet(set, family)} ${end}`;
  const add = (set: TalkSet, end: string): string =>
    `-j SET --add-set ${talkSet(set, family)} ${end} --exist --timeout ${talkSets[set].seconds}`;
  const client = isIn('begun', 'src,src,dst');
  const answered = `${from} --tcp-flags SYN,RST NONE ${isIn('begun', 'dst,dst,src')}`;
  const says = (option: string, bytes: number): string =>
    `${to} ${option} --tcp-flags FIN,SYN,RST,PSH PSH ${client} -m length --length ${bytes + 1}:65535 ${add('spoke', 'src,src,dst')}`;
  return {
    hooks: [
      {chain: 'INPUT', match: `! -i lo ${to}`},
      {chain: 'OUTPUT', match: `! -o lo ${from}`},
    ],
    rules: [
      `${to} --tcp-flags FIN,SYN,RST,ACK SYN -m conntrack --ctstate NEW ${add('begun', 'src,src,dst')}`,
      says('--tcp-option 8', stamped),
      says('! --tcp-option 8', plain),
      // ASSURED: the client's own ACK has come. Without it a forged packet would be enough.
      `${answered} -m conntrack --ctstatus ASSURED ${isIn('spoke', 'dst,dst,src')} ${add('early', 'dst')}`,
      `${answered} -j SET --del-set ${talkSet('begun', family)} dst,dst,src`,
    ],
  };
}
