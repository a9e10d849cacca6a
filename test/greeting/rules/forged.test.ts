/** Packets with a forged sender make nobody an early talker, unless they know the sequence number. Real packets. */
import {execFileSync} from 'node:child_process';
import {afterEach, expect, test} from '@jest/globals';
import {type Peers, server} from '../../support/kernel/peers.js';
import {describeScenes, hosts, type Scene} from '../../support/kernel/scenes.js';
import {until} from '../../support/temp.js';
import {openMailer, startGate, stopGates} from './gate-world.js';

afterEach(stopGates);

/** How long the mailer waits with its greeting. Ms: all forged packets are sent before. */
const greetingMs = 4000;
/** Addresses in a network behind the wire that no machine has. */
const forged = {4: '203.0.113.66', 6: '2001:db8::66'} as const;

type Way = 'data-in-syn' | 'no-syn' | 'blind' | 'near' | 'right';

/** Sends forged packets. Returns when all are sent, and all answers have come. */
function forge({family}: Scene, world: Peers, way: Way): void {
  const words = ['perl', 'test/support/kernel/forge.pl', String(family), forged[family]];
  const space = `--net=/proc/${world.clientsPid}/ns/net`;
  execFileSync('nsenter', [space, ...words, server[family], way], {stdio: 'pipe'});
}

/** Gives the mailer's machine a route to the forged address, over the wire, where no machine answers. */
function letAnswersOut({family, namespace}: Scene, world: Peers): void {
  const link = namespace.run('nsenter', [
    `--net=/proc/${world.clientsPid}/ns/net`,
    ...['ip', '-o', 'link', 'show', 'net'],
  ]);
  const mac = /link\/ether (\S+)/.exec(link)?.[1] ?? '';
  namespace.run('ip', ['neigh', 'add', forged[family], 'lladdr', mac, 'dev', 'mail']);
}

describeScenes('a forged sender', ['ipset', 'nftables'], (scene) => {
  const [real] = hosts[scene.family];

  test.each([
    [['data-in-syn', 'no-syn', 'blind', 'near'], []],
    // With the right number the client is seen: this proves that the test would notice it.
    [['right'], [forged[scene.family]]],
  ] satisfies [Way[], string[]][])('counts by %j: %j', async (ways, counting) => {
    const world = await openMailer(scene, greetingMs);
    letAnswersOut(scene, world);
    const {gate} = await startGate(scene, 'observe');
    for (const way of ways) forge(scene, world, way);
    // Packets keep their order on the wire: when this one is seen, all earlier ones have arrived.
    const talk = world.call(real, 25);
    await until('a connection', () => talk.isConnected);
    talk.say('EHLO');
    const found: string[] = [];
    for (;;) {
      found.push(...(await gate.early()));
      if (found.includes(real)) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await until('the greeting', () => talk.heard.startsWith('25 '));
    found.push(...(await gate.early()));
    expect(found.sort()).toEqual([real, ...counting].sort());
  });
});
