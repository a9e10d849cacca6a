/**
 * The backends on the real kernel, each in its own namespace. Starts a backend there, and reads the rules
 * by other and simpler code than `src/firewall`.
 */
import {afterEach, expect} from '@jest/globals';
import {BlockRules} from '../../../src/blocks/live/block-rules.js';
import {type Former, noFormer} from '../../../src/blocks/live/leftovers.js';
import type {FirewallSettings} from '../../../src/blocks/live/settings.js';
import type {Call, CallResult} from '../../../src/firewall/backend.js';
import type {Block} from '../../../src/blocks/block.js';
import type {LogLevel} from '../../../src/base/say.js';
import type {Family} from '../../../src/net/address.js';
import {describeInNamespace, type Namespace, toolOf, type Variant} from './namespace.js';
import {network} from '../../net/samples.js';
import {spec} from './samples.js';

export interface Scene {
  readonly title: string;
  readonly backend: FirewallSettings['backend'];
  readonly variant: Variant;
  readonly family: Family;
  readonly namespace: Namespace;
}

const places = [
  {title: 'iptables', backend: 'iptables', variant: 'default', programs: []},
  {title: 'iptables-legacy', backend: 'iptables', variant: 'legacy', programs: []},
  {title: 'ipset', backend: 'ipset', variant: 'default', programs: ['ipset']},
  {title: 'ipset with iptables-legacy', backend: 'ipset', variant: 'legacy', programs: ['ipset']},
  {title: 'nftables', backend: 'nftables', variant: 'default', programs: ['nft']},
] as const;

export type PlaceTitle = (typeof places)[number]['title'];

/** Describes tests for each of these backends and both families. */
export function describeScenes(
  what: string,
  titles: readonly PlaceTitle[],
  body: (scene: Scene) => void,
): void {
  for (const {title, backend, variant, programs} of places) {
    if (!titles.includes(title)) continue;
    for (const family of [4, 6] as const) {
      const run = (namespace: Namespace): void => {
        afterEach(stopAll);
        body({title, backend, variant, family, namespace});
      };
      describeInNamespace(`${title}, IPv${family}: ${what}`, variant, run, programs);
    }
  }
}

export const allPlaces = places.map(({title}) => title);

/** For each family two addresses, and a network that contains neither. */
export const hosts = {
  4: ['203.0.113.7', '192.0.2.8'],
  6: ['2001:db8::7', '2001:db8:0:c::8'],
} as const;
export const nets = {4: '198.51.100.0/24', 6: '2001:db8:bad::/48'} as const;

export interface Running {
  readonly firewall: BlockRules;
  /** The calls since the list was last emptied. */
  readonly calls: Call[];
  readonly said: [LogLevel, string][];
  /** From now on these networks, and no others, should be blocked for an hour. Resolves when they are. */
  want(...networks: readonly string[]): Promise<void>;
}

export const hourMs = 3_600_000;

/** The firewalls of the test. Even if the test failed, none may go on in the namespace of the next one. */
const running = new Set<BlockRules>();

export async function stopAll(): Promise<void> {
  await Promise.all([...running].map((firewall) => firewall.stop('leave')));
  running.clear();
}

export const standard: Omit<FirewallSettings, 'backend'> = {
  iptablesChainName: spec.chain,
  ports: spec.ports,
  hookChains: spec.hooks,
  flatChainMax: 1000,
  hookPlace: 'first',
};

/**
 * Starts our firewall in the scene.
 *
 * @param onCall called before each call
 * @param asTold gives another result for a call
 * @param former what was guarded before
 */
export function start(
  scene: Scene,
  more: Partial<FirewallSettings> = {},
  onCall: (call: Call) => void = () => undefined,
  asTold: (call: Call, result: CallResult) => CallResult = (_, result) => result,
  former: Former = noFormer,
): Running {
  const {backend, family, namespace} = scene;
  const calls: Call[] = [];
  const said: [LogLevel, string][] = [];
  const settings = {...standard, backend, ...more};
  const run = async (call: Call): Promise<CallResult> => {
    onCall(call);
    calls.push(call);
    return asTold(call, await namespace.runCall(call));
  };
  const say = (level: LogLevel, message: string): void => void said.push([level, message]);
  const firewall = new BlockRules(settings, [family], {run, say}, former);
  running.add(firewall);
  const want = async (...networks: readonly string[]): Promise<void> => {
    firewall.replace(networks.map((network) => blockOf(network)));
    await firewall.enforce('remove');
  };
  return {firewall, calls, said, want};
}

/** One end for all, so that two firewalls that want the same blocks want the same end. Ms since the epoch. */
const endMs = Date.now() + hourMs;

export const blockOf = (network: string, untilMs = endMs): Block => ({
  ...{network, fromMs: 0, untilMs},
  ...{reason: 'asked for', origin: 'operator'},
});

/** Calls that change something, without calls that only list. */
export const changesIn = (calls: readonly Call[]): readonly Call[] =>
  calls.filter(({program, parameters}) => !/-save$/.test(program) && !isList(parameters));

const isList = (parameters: readonly string[]): boolean =>
  parameters.includes('save') || parameters.includes('list');

/** The networks whose packets are dropped, sorted; each as often as it is listed. */
export function blockedIn({backend, variant, family, namespace}: Scene): string[] {
  const all = (text: string, shape: RegExp): string[] =>
    [...text.matchAll(shape)].map(([, text = '']) => network(text).text).sort();
  // `-e` belongs to another program (`addOthers`), although it looks like ours.
  const ours = `SPAM_UNAME_GUESSERS(?!-e )(?:-[0-9a-f]{1,3})?`;
  if (backend === 'iptables') {
    const listing = namespace.run(`${toolOf(family, variant)}-save`, ['-t', 'filter']);
    const shape = new RegExp(`^-A ${ours} -s (\\S+) -p tcp -m tcp --dport 25 -j DROP$`, 'gm');
    return all(listing, shape);
  }
  if (backend === 'ipset') {
    const listing = namespace.run('ipset', ['save', `${spec.chain}-${family}`]);
    return all(listing, /^add \S+ (\S+) timeout \d+$/gm);
  }
  const table = [family === 4 ? 'ip' : 'ip6', `blocksmtp-${spec.chain}`];
  const listing = namespace.run('nft', ['list', 'table', ...table]);
  return all(listing, /(?<=[{\s])([0-9a-f.:]+(?:\/\d+)?) timeout \S+ expires \S+/g);
}

/** All rules in the kernel of each tool, without counters and remaining times. */
export function dump({namespace, variant, backend}: Scene): string {
  const parts: string[] = [];
  for (const family of [4, 6] as const) {
    parts.push(namespace.run(`${toolOf(family, 'default')}-save`, []));
    if (variant === 'legacy') parts.push(namespace.run(`${toolOf(family, variant)}-save`, []));
  }
  if (backend === 'ipset') parts.push(namespace.run('ipset', ['save']));
  if (backend === 'nftables') parts.push(namespace.run('nft', ['list', 'ruleset']));
  return parts
    .join('\n')
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/ (?:initval \S+|hashsize \d+|expires \S+)/g, '')
    .replaceAll(/ \[\d+:\d+\]| timeout [1-9]\d*/g, '');
}

/**
 * Expects that the kernel has exactly these blocks, and that a new firewall of ours finds nothing to do.
 */
export async function expectRight(
  scene: Scene,
  wanted: readonly string[],
  settings: Partial<FirewallSettings> = {},
  when = '',
): Promise<void> {
  const blocked = blockedIn(scene);
  const other = start(scene, settings);
  await other.want(...wanted);
  await other.firewall.stop('leave');
  expect({when, blocked, changes: changesIn(other.calls), said: other.said}).toEqual({
    ...{when, blocked: [...wanted].sort(), changes: [], said: []},
  });
}
