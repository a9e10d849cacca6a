/** Whether packets arrive: the proof of every backend, of both families, flat and in a tree. */
import {afterEach, expect, test} from '@jest/globals';
import {until} from '../support/temp.js';
import {toolOf} from '../support/kernel/namespace.js';
import {openPeers, type Peers} from '../support/kernel/peers.js';
import {
  allPlaces,
  describeScenes,
  hosts,
  type Running,
  type Scene,
  start,
} from '../support/kernel/scenes.js';

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

describeScenes('packets', allPlaces, (scene) => {
  const {namespace, family, variant} = scene;
  const network = family === 4 ? '203.0.113.0/24' : '2001:db8::/64';
  const layouts = scene.backend === 'iptables' ? [1000, 0] : [1000];

  test.each(layouts)('of who is blocked do not arrive (flatChainMax %d)', async (flatChainMax) => {
    peers = await openPeers(scene);
    // Whatever is open already would be accepted here, before our rules.
    const accept = ['-A', 'INPUT', '-m', 'conntrack', '--ctstate', 'ESTABLISHED', '-j', 'ACCEPT'];
    namespace.run(toolOf(family, variant), accept);
    const running = start(scene, {flatChainMax});
    await running.want();
    for (const each of [hosts[family][0], network]) await proves(scene, running, each);
  });
});
