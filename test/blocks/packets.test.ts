/** Whether packets arrive: the proof of every backend, of both families, flat and in a tree. */
import type {CallResult} from '../../src/firewall/backend.js';
import {afterEach, expect, test} from '@jest/globals';
import {noFormer} from '../../src/blocks/live/leftovers.js';
import type {Family} from '../../src/net/address.js';
import {parseNetwork} from '../../src/net/network.js';
import {subtract} from '../../src/net/subtract.js';
import {until} from '../support/temp.js';
import {toolOf} from '../support/kernel/namespace.js';
import {openPeers, type Peers} from '../support/kernel/peers.js';
import {
  allPlaces,
  blockOf,
  describeScenes,
  dump,
  expectRight,
  hosts,
  hourMs,
  type Running,
  type Scene,
  standard,
  start,
} from '../support/kernel/scenes.js';

const noCall = (): void => undefined;

let peers: Peers | undefined;
afterEach(() => {
  peers?.close();
  peers = undefined;
});

/**
 * That a client gets through and is heard, twice. Packets keep their order on the wire: what was sent
 * before, and has not arrived now, was dropped.
 */
async function arrives(from: string, port: number): Promise<void> {
  for (const text of ['EHLO', 'QUIT']) {
    const talk = peers!.call(from, port);
    await until(`${from} reaches port ${port}`, () => talk.isConnected);
    talk.say(text);
    await until(`${from} is heard on port ${port}`, () => talk.heard === text);
  }
}

async function proves(scene: Scene, running: Running, network: string): Promise<void> {
  const {family} = scene;
  const [blocked, other] = hosts[family];
  const session = peers!.call(blocked, 25);
  await until('a session', () => session.isConnected);
  session.say('one ');
  await until('an answer', () => session.heard === 'one ');

  await running.want(network);
  session.say('two');
  const refused = peers!.call(blocked, 25);
  await arrives(other, 25);
  await arrives(blocked, 26);
  expect([session.heard, refused.isConnected]).toEqual(['one ', false]);

  await running.want();
  // The kernel sends what was dropped once more.
  await until('the rest of the session', () => session.heard === 'one two');
  await arrives(blocked, 25);
}

/** A network, who is blocked in it, and whom it lets pass. */
interface Holed {
  readonly network: string;
  readonly blocked: string;
  readonly hole: string;
  readonly passing: string;
}

const neighbour = {4: '203.0.113.8', 6: '2001:db8::8'} as const;

const holed: Readonly<Record<Family, readonly Holed[]>> = {
  4: [
    {
      network: '203.0.113.0/24',
      blocked: hosts[4][0],
      hole: neighbour[4],
      passing: neighbour[4],
    },
  ],
  6: [
    {network: '2001:db8::/64', blocked: hosts[6][0], hole: neighbour[6], passing: neighbour[6]},
    {
      network: '2001:db8::/48',
      blocked: hosts[6][0],
      hole: '2001:db8:0:c::/64',
      passing: hosts[6][1],
    },
  ],
};

/** That nothing of one client is heard, while others are. */
async function isDeaf(from: string, other: string): Promise<void> {
  const refused = peers!.call(from, 25);
  await arrives(other, 25);
  await arrives(from, 26);
  expect([from, refused.isConnected]).toEqual([from, false]);
}

async function provesHole(running: Running, {network, blocked, hole, passing}: Holed) {
  const want = async (except: readonly string[]): Promise<void> => {
    running.firewall.replace([{...blockOf(network), except}]);
    await running.firewall.enforce('remove');
  };
  const session = peers!.call(passing, 25);
  await until('a session', () => session.isConnected);

  await want([hole]);
  session.say('one ');
  await until('an answer through the hole', () => session.heard === 'one ');
  await isDeaf(blocked, passing);

  // It is closed, and cut again.
  await want([]);
  session.say('two');
  const refused = peers!.call(passing, 25);
  await arrives(passing, 26);
  expect([session.heard, refused.isConnected]).toEqual(['one ', false]);
  await want([hole]);
  await until('the rest of the session', () => session.heard === 'one two');
  await isDeaf(blocked, passing);
}

describeScenes('packets', allPlaces, (scene) => {
  const {namespace, family, variant} = scene;
  const network = family === 4 ? '203.0.113.0/24' : '2001:db8::/64';
  const layouts = scene.backend === 'iptables' ? [1000, 0] : [1000];

  test.each(layouts)(
    'of a blocked client do not arrive (flatChainMax %d)',
    async (flatChainMax) => {
      peers = await openPeers(scene);
      // Whatever is open already would be accepted here, before our rules.
      const accept = ['-A', 'INPUT', '-m', 'conntrack', '--ctstate', 'ESTABLISHED', '-j', 'ACCEPT'];
      namespace.run(toolOf(family, variant), accept);
      const running = start(scene, {flatChainMax});
      await running.want();
      for (const each of [hosts[family][0], network]) await proves(scene, running, each);
    },
  );

  const holes = layouts.flatMap((max) =>
    holed[family].map((each) => [each.network, max, each] as const),
  );

  test.each(holes)(
    'of a client in a hole of %s do (flatChainMax %d)',
    async (_, flatChainMax, each) => {
      peers = await openPeers(scene, [neighbour[family]]);
      const running = start(scene, {flatChainMax});
      await running.want();
      await provesHole(running, each);
      const pieces = subtract(parseNetwork(each.network)!, [parseNetwork(each.hole)!])!;
      await expectRight(
        scene,
        pieces.map(({text}) => text),
        {flatChainMax},
      );
      await running.want();
      await arrives(each.blocked, 25);
      expect(running.said.filter(([level]) => level === 'error')).toEqual([]);
    },
  );
});

/** Each of these is called, and those that are not to be heard are not. */
async function isHeardAt(from: string, open: readonly number[], shut: readonly number[]) {
  const refused = shut.map((port) => peers!.call(from, port));
  for (const port of open) await arrives(from, port);
  expect([from, refused.map(({isConnected}) => isConnected)]).toEqual([
    from,
    shut.map(() => false),
  ]);
}

/** Of these 26 is for submission: all but 25 are. */
const ports = [25, 26];

describeScenes('packets to several ports', allPlaces, (scene) => {
  const {family} = scene;
  const [client, other] = hosts[family];
  const network = family === 4 ? '203.0.113.0/24' : '2001:db8::/48';
  const layouts = scene.backend === 'iptables' ? [1000, 0] : [1000];
  const hookings = [['INPUT'], ['INPUT', 'FORWARD', 'GONE']];
  const ways = layouts.flatMap((flatChainMax) =>
    hookings.map((hookChains) => ({flatChainMax, hookChains})),
  );

  test.each(ways)('a client that has logged in is served at the others: %j', async (way) => {
    peers = await openPeers(scene, [neighbour[family]]);
    const running = start(scene, {...way, ports});
    for (const blocked of [client, network]) {
      running.firewall.letPass(new Map());
      await running.want(blocked);
      await isHeardAt(client, [27], ports);
      if (blocked === client) await arrives(other, 25);
      running.firewall.letPass(new Map([[client, Date.now() + hourMs]]));
      await running.firewall.enforce('remove');
      await isHeardAt(client, [26, 27], [25]);
      if (blocked === network) await isHeardAt(neighbour[family], [27], ports);
      await running.firewall.check();
      expect(running.said.filter(([level]) => level !== 'info')).toEqual([]);
    }
    await running.want();
    await isHeardAt(client, ports, []);
  });

  test('from one port to several and back no packet passes, and nothing old is left', async () => {
    peers = await openPeers(scene);
    const traffics = [
      {ports: [25], hookChains: ['INPUT']},
      {ports, hookChains: ['INPUT']},
      {ports, hookChains: ['INPUT', 'FORWARD']},
      {ports: [25], hookChains: ['INPUT']},
    ];
    const asItIs = (_: unknown, result: CallResult): CallResult => result;
    const former = traffics.map(({ports, hookChains}) => ({ports, hooks: hookChains}));
    for (const settings of traffics) {
      const {firewall, said} = start(scene, settings, noCall, asItIs, {
        ...noFormer,
        traffic: former,
      });
      firewall.replace([blockOf(client)]);
      await firewall.enforce('keep');
      await isHeardAt(client, [27], settings.ports);
      await firewall.enforce('remove');
      await firewall.check();
      expect(said.filter(([level]) => level !== 'info')).toEqual([]);
      await firewall.stop('leave');
    }
    await expectRight(scene, [client]);
    const {firewall} = start(scene, traffics[1], noCall, asItIs, {...noFormer, traffic: former});
    expect(await firewall.stop('remove')).toBe('removed');
    expect(dump(scene)).not.toContain(standard.iptablesChainName);
  });
});
