/**
 * The table of the greeting in nftables: its rules, as nft(8) reads them and as `nft -j` prints
 * them (libnftables-json(5)), and what of it is in the kernel.
 *
 * It sees early talk without counting packets: it notes the first packet of a connection in
 * `begun`, and the mailer's first word removes that note. A client that says something while it is
 * noted has not been greeted: it goes into `spoke`. It counts only when this machine goes on to
 * answer it, and conntrack has seen the client's own acknowledgement (ASSURED): a forged address
 * hardly gets so far.
 */
import {elementNetwork} from '../../blocks/sets/nftables-listing.js';
import type {Elements} from '../../blocks/sets/set.js';
import type {CallResult, KernelReading} from '../../firewall/backend.js';
import {
  absentOr,
  familyWord,
  inAnyOrder,
  type Listed,
  listedIn,
  listTable,
  numbered,
  priority,
  shapeOf,
} from '../../firewall/nft.js';
import type {Family} from '../../net/address.js';
import {
  gateName,
  type GateRules,
  headerBytes,
  smtpPort,
  type TalkSet,
  talkSets,
  type GateMode,
} from './spec.js';

export type GateTable =
  | {readonly kind: 'absent'}
  | {
      readonly kind: 'table';
      /** All but the elements, as a text to compare. */
      readonly shape: string;
      readonly known: Elements;
      /** Until when clients are led to the gate. Ms since the epoch; undefined: they are not. */
      readonly aliveMs: number | undefined;
      readonly readMs: number;
    };

/** Before those that lead to containers (-100): the first to translate a connection is the only one. */
const leadPriority = -110;

/** One rule in both languages. */
interface Rule {
  readonly chain: 'lead' | 'input' | 'output' | 'answer';
  readonly text: string;
  readonly expression: readonly unknown[];
}

const field = (protocol: string, name: string) => ({payload: {protocol, field: name}});
const match = (left: unknown, right: unknown, op = '==') => ({match: {op, left, right}});
const fromOutside = match({meta: {key: 'iifname'}}, 'lo', '!=');
const flagsAre = (mask: readonly string[], flag: string) =>
  match({'&': [field('tcp', 'flags'), mask]}, flag);

function leadRules(port: number, ip: string): Rule[] {
  const source = field(ip, 'saddr');
  return [
    {
      chain: 'lead',
      // Without an address: what the client has called stays what the mailer sees.
      text: `iifname != "lo" fib daddr type local tcp dport @alive ${ip} saddr != @hosts ${ip} saddr != @networks dnat to :${port}`,
      expression: [
        fromOutside,
        match({fib: {result: 'type', flags: 'daddr'}}, 'local'),
        match(field('tcp', 'dport'), '@alive'),
        ...[match(source, '@hosts', '!='), match(source, '@networks', '!=')],
        {dnat: {port}},
      ],
    },
    {
      chain: 'input',
      text: `iifname != "lo" tcp dport ${port} ct status & dnat == 0 drop`,
      expression: [
        ...[fromOutside, match(field('tcp', 'dport'), port)],
        ...[match({ct: {key: 'status'}}, 'dnat', '!'), {drop: null}],
      ],
    },
  ];
}

const isAssured = match({ct: {key: 'status'}}, 'assured');

function talkRules(family: Family): Rule[] {
  const ip = familyWord(family);
  const [saddr, daddr] = [field(ip, 'saddr'), field(ip, 'daddr')];
  const client = `${ip} saddr . tcp sport . ${ip} daddr`;
  const server = `${ip} daddr . tcp dport . ${ip} saddr`;
  const from = {concat: [saddr, field('tcp', 'sport'), daddr]};
  const to = {concat: [daddr, field('tcp', 'dport'), saddr]};
  const update = (set: TalkSet, value: unknown) => {
    const elem = {elem: {val: value, timeout: talkSets[set].seconds}};
    return {set: {op: 'update', elem, set: `@${set}`}};
  };
  const timeout = (set: TalkSet): string => `timeout ${talkSets[set].seconds}s`;
  const [toMailer, fromMailer] = [
    match(field('tcp', 'dport'), smtpPort),
    match(field('tcp', 'sport'), smtpPort),
  ];
  const {plain, stamped} = headerBytes(family, 'nft');
  const says = ([word, isThere, bytes]: readonly [string, boolean, number]): Rule => ({
    chain: 'input',
    text:
      `tcp dport ${smtpPort} tcp flags & (fin | syn | rst | psh) == psh ${client} @begun` +
      ` tcp option timestamp ${word} ${ip} length > ${bytes} update @spoke { ${client} ${timeout('spoke')} }`,
    expression: [
      ...[toMailer, flagsAre(['fin', 'syn', 'rst', 'psh'], 'psh'), match(from, '@begun')],
      match({'tcp option': {name: 'timestamp'}}, isThere),
      ...[match(field(ip, 'length'), bytes, '>'), update('spoke', from)],
    ],
  });
  return [
    {
      chain: 'input',
      // New to conntrack: a forged packet in the midst of a session begins none.
      text:
        `iifname != "lo" tcp dport ${smtpPort} tcp flags & (fin | syn | rst | ack) == syn ct state new` +
        ` update @begun { ${client} ${timeout('begun')} }`,
      expression: [
        ...[fromOutside, toMailer, flagsAre(['fin', 'syn', 'rst', 'ack'], 'syn')],
        ...[match({ct: {key: 'state'}}, 'new'), update('begun', from)],
      ],
    },
    ...[['exists', true, stamped] as const, ['missing', false, plain] as const].map(says),
    {
      chain: 'output',
      text: `tcp sport ${smtpPort} tcp flags & (syn | rst) == 0 ${server} @begun jump answer`,
      expression: [
        ...[fromMailer, match(field('tcp', 'flags'), ['syn', 'rst'], '!')],
        ...[match(to, '@begun'), {jump: {target: 'answer'}}],
      ],
    },
    {
      chain: 'answer',
      // Assured: the client's own ACK has come. A half-open session answers forged packets, too.
      text: `ct status assured ${server} @spoke update @early { ${ip} daddr ${timeout('early')} }`,
      expression: [isAssured, match(to, '@spoke'), update('early', daddr)],
    },
    {
      chain: 'answer',
      text: `delete @begun { ${server} }`,
      expression: [{set: {op: 'delete', elem: to, set: '@begun'}}],
    },
  ];
}

type Shape = Pick<GateRules, 'mode' | 'port'>;

const rulesOf = ({mode, port}: Shape, family: Family): readonly Rule[] => [
  ...(mode === 'gate' ? leadRules(port, familyWord(family)) : []),
  ...talkRules(family),
];

/** A chain of the table, and where the kernel comes to it. */
interface Chain {
  readonly name: Rule['chain'];
  readonly type?: string;
  readonly hook?: string;
  readonly prio?: number;
}

const chainsOf = (mode: GateMode): readonly Chain[] => [
  ...(mode === 'gate'
    ? [{name: 'lead', type: 'nat', hook: 'prerouting', prio: leadPriority} as const]
    : []),
  {name: 'input', type: 'filter', hook: 'input', prio: priority},
  {name: 'output', type: 'filter', hook: 'output', prio: priority},
  {name: 'answer'},
];

interface NftSet {
  readonly name: string;
  readonly types: readonly string[];
  readonly flags: string;
  readonly size?: number;
}

function setsOf(mode: GateMode, family: Family): readonly NftSet[] {
  const address = `ipv${family}_addr`;
  const talk = (Object.keys(talkSets) as TalkSet[]).map((name): NftSet => {
    const {of, size} = talkSets[name];
    const types = of === 'clients' ? [address] : [address, 'inet_service', address];
    return {name, types, flags: 'timeout', size};
  });
  if (mode === 'observe') return talk;
  return [
    {name: 'alive', types: ['inet_service'], flags: 'timeout'},
    {name: 'hosts', types: [address], flags: 'timeout'},
    {name: 'networks', types: [address], flags: 'interval,timeout'},
    ...talk,
  ];
}

/** Whatever stood there goes, in the same batch. */
export function createdGate(table: string, family: Family, rules: Shape): string[] {
  return [
    ...[`add table ${table}`, `delete table ${table}`, `add table ${table}`],
    ...setsOf(rules.mode, family).map(({name, types, flags, size}) => {
      const bound = size === undefined ? '' : `size ${size}; `;
      const all = size === undefined ? flags : `dynamic, ${flags}`;
      return `add set ${table} ${name} { type ${types.join(' . ')}; ${bound}flags ${all}; }`;
    }),
    ...chainsOf(rules.mode).map(({name, type, hook, prio}) => {
      const where = `{ type ${type} hook ${hook} priority ${prio}; policy accept; }`;
      return `add chain ${table} ${name}${type === undefined ? '' : ` ${where}`}`;
    }),
    ...rulesOf(rules, family).map(({chain, text}) => `add rule ${table} ${chain} ${text}`),
  ];
}

/** What `GateTable.shape` is when all is as we make it. */
export function gateShape(rules: Shape, family: Family): string {
  return inAnyOrder([
    ['table', ''],
    ...setsOf(rules.mode, family).map(({name, types, flags, size}) => [
      ...['set', name, types.length === 1 ? types[0] : types],
      ...[flags, size ?? 'any size'],
    ]),
    ...chainsOf(rules.mode).map(({name, hook, prio}) => {
      return ['chain', name, hook, prio, hook === undefined ? undefined : 'accept'];
    }),
    ...numbered(rulesOf(rules, family)).map(({chain, expression}) => ['rule', chain, expression]),
  ]);
}

export function readGateTable(
  family: Family,
  listing: CallResult | undefined,
  nowMs: number,
): KernelReading<GateTable> {
  if (listing === undefined) return {kind: 'call', call: listTable({chain: gateName}, family)};
  if (listing.kind !== 'done') return absentOr(listing.why, {kind: 'absent'});
  const listed = listedIn(listing.stdout);
  if (listed.kind === 'unreadable') return listed;
  const known: Elements = new Map();
  let shape = shapeOfListed(listed.items);
  let aliveMs: number | undefined;
  for (const {name, elem = []} of listed.items.flatMap(({set}) => set ?? [])) {
    if (name in talkSets) continue;
    for (const element of elem) {
      const isTimed = typeof element === 'object' && 'elem' in element;
      const text = elementNetwork(isTimed ? element.elem.val : element);
      const expires = isTimed ? element.elem.expires : undefined;
      const endMs = expires === undefined ? Number.POSITIVE_INFINITY : nowMs + expires * 1000;
      // In the other set we would look for it in vain when it is to go.
      const place = text?.includes('/') === true ? 'networks' : 'hosts';
      if (name === 'alive' && text === String(smtpPort)) aliveMs = endMs;
      else if (text !== undefined && name === place) known.set(text, endMs);
      else shape = 'other';
    }
  }
  return {kind: 'read', actual: {kind: 'table', shape, known, aliveMs, readMs: nowMs}};
}

function shapeOfListed(listed: readonly Listed[]): string {
  const rules = numbered(listed.flatMap(({rule}) => rule ?? []));
  const rest = listed.filter(({rule}) => rule === undefined).map(withoutDynamic);
  return shapeOf([...rest, ...rules.map((rule) => ({rule: {...rule, expr: plain(rule.expr)}}))]);
}

/** Some versions print this flag of a set, and some do not. */
function withoutDynamic(item: Listed): Listed {
  if (item.set === undefined) return item;
  const flags = [item.set.flags ?? []].flat().filter((flag) => flag !== 'dynamic');
  return {...item, set: {...item.set, flags}};
}

/**
 * Versions of nft print several flags as a list, as one `|` of all, or as `|` within `|`; one flag with or
 * without brackets; and `in` for `==`.
 */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  if ('|' in value) return [plain(value['|'])].flat(9);
  const entries = Object.entries(value).map(([key, each]): [string, unknown] => {
    if (key === 'op' && each === 'in') return [key, '=='];
    const isOne = key === 'flags' && Array.isArray(each) && each.length === 1;
    return [key, isOne ? (each as unknown[])[0] : plain(each)];
  });
  return Object.fromEntries(entries);
}
