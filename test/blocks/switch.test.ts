/** From one backend to another, on the real kernel: nothing is left behind, and never a moment open. */
import {afterEach, expect, test} from '@jest/globals';
import {removeAll} from '../../src/blocks/live/leftovers.js';
import type {Variant as OtherVariant} from '../../src/firewall/iptables-calls.js';
import type {Family} from '../../src/net/address.js';
import {
  describeInNamespace,
  type Namespace,
  toolOf,
  type Variant,
} from '../support/kernel/namespace.js';
import {spec} from '../support/kernel/samples.js';
import {
  blockedIn,
  changesIn,
  dump,
  expectRight,
  hosts,
  nets,
  type Scene,
  standard,
  start,
  stopAll,
} from '../support/kernel/scenes.js';
import {until} from '../support/temp.js';

type Place = Pick<Scene, 'backend' | 'variant'>;

const places: readonly (readonly [string, Place])[] = [
  ['iptables', {backend: 'iptables', variant: 'default'}],
  ['iptables-legacy', {backend: 'iptables', variant: 'legacy'}],
  ['ipset', {backend: 'ipset', variant: 'default'}],
  ['ipset with iptables-legacy', {backend: 'ipset', variant: 'legacy'}],
  ['nftables', {backend: 'nftables', variant: 'default'}],
];

/** Every way from one to another, the families by turns. */
const ways = places.flatMap(([from, before], i) =>
  places.flatMap(([to, after], j) => {
    const family: Family = (i + j) % 2 === 0 ? 4 : 6;
    return from === to ? [] : [{from, to, before, after, family}];
  }),
);

/** As `sys/firewall/netfilter.ts` finds it: the one that `iptables` does not mean. */
const otherThan = (variant: Variant): OtherVariant => (variant === 'legacy' ? '-nft' : '-legacy');

/** What `iptables` means there. */
const sceneIn = (namespace: Namespace, family: Family, place: Place): Scene => ({
  ...{title: '', namespace: inVariant(namespace, place.variant), family},
  ...place,
});

const inVariant = (namespace: Namespace, variant: Variant): Namespace => ({
  ...namespace,
  runCall: ({program, parameters, input}) => {
    const named = program.replace(/^(ip6?tables)(-save|-restore)?$/, '$1-legacy$2');
    return namespace.runCall({
      ...{parameters, input},
      program: variant === 'legacy' ? named : program,
    });
  },
});

function blocked(scene: Scene): string[] {
  try {
    return blockedIn(scene);
  } catch {
    return []; // no set, no table
  }
}

/** Of every tool. */
const dumpOfAll = (scene: Scene): string =>
  dump({...scene, variant: 'legacy', backend: 'ipset'}) + dump({...scene, backend: 'nftables'});

const describeSwitches = (what: string, body: (namespace: Namespace) => void): void =>
  describeInNamespace(what, 'default', body, ['ipset', 'nft']);

/** A rule in each table, so that none comes or goes with ours. */
function addRules(namespace: Namespace): void {
  for (const tool of [4, 6].flatMap((family) =>
    (['default', 'legacy'] as const).map((variant) => toolOf(family as Family, variant)),
  )) {
    namespace.run(tool, ['-A', 'INPUT', '-i', 'lo', '-j', 'ACCEPT']);
  }
}

describeSwitches('Firewall.replaceOthers', (namespace) => {
  afterEach(stopAll);

  test.each(ways)('from $from to $to: no gap, no rest', async ({before, after, family}) => {
    const wanted = [...hosts[family], nets[family]].sort();
    const old = sceneIn(namespace, family, before);
    const next = sceneIn(namespace, family, after);
    addRules(namespace);
    const clean = dumpOfAll(old);
    await start(old).want(...wanted);
    const open: string[] = [];
    const running = start(next, {}, ({program, parameters}) => {
      const stands = [old, next].some((scene) => blocked(scene).join() === wanted.join());
      if (!stands) open.push(`${program} ${parameters.join(' ')}`);
    });
    await running.want(...wanted);
    await running.firewall.replaceOthers(otherThan(after.variant));
    await running.firewall.check();
    await expectRight(next, wanted);
    expect(open).toEqual([]);
    expect(running.said.filter(([level]) => level !== 'info' && level !== 'notice')).toEqual([]);
    await running.firewall.stop('remove');
    expect(dumpOfAll(old)).toBe(clean);
  });

  test('while our own backend fails, the blocks of another stay', async () => {
    const old = sceneIn(namespace, 4, {backend: 'nftables', variant: 'default'});
    const next = sceneIn(namespace, 4, {backend: 'ipset', variant: 'default'});
    await start(old).want(hosts[4][0]);
    namespace.run('ipset', ['create', `${spec.chain}-4`, 'hash:ip']);
    const running = start(next);
    await running.want(hosts[4][0]);
    await running.firewall.replaceOthers('-legacy');
    await running.firewall.check();
    expect(blockedIn(old)).toEqual([hosts[4][0]]);
    namespace.run('ipset', ['destroy', `${spec.chain}-4`]);
    await until('the retry', () => running.firewall.isEnforced(hosts[4][0]));
    await running.firewall.replaceOthers('-legacy');
    expect(blocked(old)).toEqual([]);
    await expectRight(next, [hosts[4][0]]);
  });
});

describeSwitches('a set of our name that is not ours', (namespace) => {
  afterEach(stopAll);
  const name = `${spec.chain}-4`;
  const shapes = [
    `create ${name} hash:ip family inet timeout 0`,
    `create ${name} hash:net family inet6 timeout 0`,
    `create ${name} hash:net family inet`,
    `create ${name} list:set`,
  ];

  test.each(shapes)('%s: is reported, and left alone', async (shape) => {
    namespace.run('ipset', ['restore'], `${shape}\n`);
    const before = namespace.run('ipset', ['save']);
    const scene = sceneIn(namespace, 4, {backend: 'ipset', variant: 'default'});
    const running = start(scene);
    await running.want(hosts[4][0]);
    expect(changesIn(running.calls)).toEqual([]);
    expect(running.firewall.enforced.get(4)).toMatchObject({
      ...{wanted: 1, standing: 0},
      failure: expect.stringContaining(`the set ${name} is not ours: create ${name} `),
    });
    await running.firewall.stop('remove');
    expect(namespace.run('ipset', ['save'])).toBe(before);
  });

  test('as a leftover it is reported once, however often it is looked at', async () => {
    namespace.run('ipset', ['restore'], `${shapes[0]}\n`);
    const running = start(sceneIn(namespace, 4, {backend: 'iptables', variant: 'default'}));
    await running.want(hosts[4][0]);
    running.said.length = 0;
    for (let searches = 0; searches < 3; searches++) {
      await running.firewall.replaceOthers(undefined);
    }
    expect(running.said).toEqual([['warning', expect.stringContaining('is not ours')]]);
    namespace.run('ipset', ['destroy', name]);
    await running.firewall.replaceOthers(undefined);
    expect(running.said).toHaveLength(1);
  });
});

describeSwitches('removeAll', (namespace) => {
  afterEach(stopAll);

  test('leaves nothing of any backend, in either family', async () => {
    addRules(namespace);
    const scenes = [4, 6].flatMap((family) =>
      places.map(([, place]) => sceneIn(namespace, family as Family, place)),
    );
    const clean = dumpOfAll(scenes[0]!);
    for (const scene of scenes) await start(scene, {flatChainMax: 1}).want(...hosts[scene.family]);
    await stopAll();
    const settings = {...standard, backend: 'iptables'} as const;
    const surroundings = {run: namespace.runCall, say: () => undefined};
    expect(await removeAll(settings, [4, 6], '-legacy', surroundings)).toEqual([]);
    expect(dumpOfAll(scenes[0]!)).toBe(clean);
    expect(await removeAll(settings, [4, 6], '-legacy', surroundings)).toEqual([]);
  });
});
