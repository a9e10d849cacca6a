/**
 * The table of the greeting in nftables: its rules, as nft(8) reads them and as `nft -j` prints
 * them (libnftables-json(5)). Reads from a listing which of it is in the kernel.
 *
 * The table sees early talk without counting packets. It notes the first packet of a connection in
 * `begun`, and the mailer's first words remove that note. A client that sends data while the note is
 * there has not been greeted yet, and goes into `spoke`. It becomes an early talker (`early`) only
 * when this machine answers it and conntrack has seen the client's own acknowledgement (ASSURED). A
 * forged address hardly gets so far.
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
import {gateName} from '../../config/kinds/chain-names.js';
import {
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
      /** The table without its elements, as a text to compare. */
      readonly shape: string;
      readonly known: Elements;
      /** Until when clients are led to the gate. Ms since the epoch; undefined: they are not. */
      readonly aliveMs: number | undefined;
      readonly readMs: number;
    };

/** Before rules that redirect to containers (-100): only the first translation of a connection counts. */
const leadPriority = -110;

/** One rule, as nft reads it and as it prints it. */
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
      // Changes the port only: the mailer still sees the address that the client has called.
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
      // New to conntrack: a forged SYN in the middle of a session must not start a note.
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
      // ASSURED: the client's own ACK has come. Without it a forged packet would be enough.
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

/** A chain of the table, and its hook. */
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

/** Lines that make the table anew. They remove the old table in the same batch. */
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

/** The value of `GateTable.shape` when the table is as we make it. */
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
      // An element in the wrong set could not be deleted later: the table must be made again.
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

/** Removes the flag `dynamic` of a set: some versions of nft print it, and some do not. */
function withoutDynamic(item: Listed): Listed {
  if (item.set === undefined) return item;
  const flags = [item.set.flags ?? []].flat().filter((flag) => flag !== 'dynamic');
  return {...item, set: {...item.set, flags}};
}

/**
 * Makes the output of all versions of nft alike. They print several flags as a list, as one `|` of all, or as `|`
 * within `|`; they print one flag with or without brackets; and some print `in` for `==`.
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
