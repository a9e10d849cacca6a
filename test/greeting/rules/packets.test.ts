/** Where a packet of a client arrives, with every backend and both families. Real packets. */
import {afterEach, expect, test} from '@jest/globals';
import {neverWaiting} from '../../../src/greeting/never-wait.js';
import {networkOf} from '../../../src/net/network.js';
import {toolOf} from '../../support/kernel/namespace.js';
import type {Peers} from '../../support/kernel/peers.js';
import {allPlaces, describeScenes, hosts, start} from '../../support/kernel/scenes.js';
import {until} from '../../support/temp.js';
import {
  changing,
  expectDeaf,
  further,
  gatePort,
  openMailer,
  served,
  startGate,
  stopGates,
} from './gate-world.js';

afterEach(stopGates);

const soonMs = 3_600_000;
const blocking = {greeting: 'gate', greetingPort: gatePort} as const;

/** Waits until the client is served at this port. */
async function becomes(world: Peers, from: string, port: string): Promise<void> {
  await until(`${from} is served at ${port}`, async () => {
    const now = await served(world, from);
    if (now !== port) await new Promise((resolve) => setTimeout(resolve, 100));
    return now === port;
  });
}

describeScenes('the way to the gate', allPlaces, (scene) => {
  const {family, namespace} = scene;
  const [client, other] = hosts[family];
  const wide = family === 4 ? '203.0.113.0/24' : '2001:db8::/64';

  test('an unknown client is led there while the gate is heard; one that has passed is not', async () => {
    const world = await openMailer(scene);
    const {gate, said} = await startGate(scene, 'gate');
    expect(await served(world, client)).toBe('25');
    gate.renew();
    await becomes(world, client, '2500');
    expect(await served(world, other)).toBe('2500');
    expect(await served(world, client, 26)).toBe('26');

    gate.pass(client, Date.now() + soonMs);
    await becomes(world, client, '25');
    expect(await served(world, other)).toBe('2500');
    gate.exempt(new Set([other, wide]));
    await becomes(world, other, '25');
    expect(await served(world, further[family])).toBe('25');
    gate.exempt(new Set());
    await becomes(world, other, '2500');
    expect(await served(world, client)).toBe('25');
    expect(gate.standing()).toEqual(new Map([[family, 'stands']]));
    expect(said.filter(([level]) => level === 'warning' || level === 'error')).toEqual([]);
  });

  test('an exempt part of the network of a client never waits, and the rest as long as it has not passed', async () => {
    const world = await openMailer(scene);
    const {gate, said} = await startGate(scene, 'gate');
    const [host, neighbour] = [further[family], client];
    const part = family === 4 ? '203.0.113.8/29' : '2001:db8::8/125';
    const around = family === 4 ? '203.0.112.0/23' : '2001:db8::/61';
    gate.renew();
    await becomes(world, neighbour, '2500');
    for (const exempt of [host, part]) {
      gate.exempt(neverWaiting({exempt: [networkOf(exempt)], clients: []}));
      await becomes(world, host, '25');
      expect(await served(world, neighbour)).toBe('2500');
      gate.pass(wide, Date.now() + soonMs);
      await becomes(world, neighbour, '25');
      expect(await served(world, host)).toBe('25');
      gate.end(wide);
      await becomes(world, neighbour, '2500');
      expect(await served(world, host)).toBe('25');
    }
    // The whole network has a record, or is exempt.
    gate.exempt(neverWaiting({exempt: [networkOf(host)], clients: [wide]}));
    await becomes(world, neighbour, '25');
    expect(await served(world, host)).toBe('25');
    gate.pass(wide, Date.now() + soonMs);
    gate.exempt(new Set([around]));
    gate.end(wide);
    await gate.check();
    expect([await served(world, neighbour), await served(world, host)]).toEqual(['25', '25']);
    gate.exempt(new Set());
    await becomes(world, neighbour, '2500');
    expect(await served(world, host)).toBe('2500');
    expect(said.filter(([level]) => level === 'warning' || level === 'error')).toEqual([]);
  });

  test('the end of a pass by the kernel alone leaves an exempt part of it', async () => {
    const world = await openMailer(scene);
    const {gate} = await startGate(scene, 'gate');
    gate.renew();
    gate.exempt(new Set([further[family]]));
    gate.pass(wide, Date.now() + 3000);
    await becomes(world, other, '2500');
    // No check runs meanwhile, except for iptables, which needs one.
    if (scene.backend === 'iptables') await gate.check();
    else await becomes(world, client, '2500');
    expect(await served(world, further[family])).toBe('25');
  });

  test('a port of others: nobody is led there, and a client that calls it gets in', async () => {
    const world = await openMailer(scene);
    const {gate, said} = await startGate(scene, 'gate');
    gate.renew();
    await becomes(world, client, '2500');
    gate.atPort('others');
    await becomes(world, client, '25');
    await until('its own clients get in', () => gate.standing().get(family) === 'stands');
    expect(await served(world, other, gatePort)).toBe('2500');
    gate.renew();
    await gate.check();
    expect(await served(world, client)).toBe('25');
    gate.atPort('ours');
    gate.renew();
    await becomes(world, client, '2500');
    await expectDeaf(world, scene, [world.call(client, gatePort)]);
    expect(said.filter(([level]) => level === 'warning' || level === 'error')).toEqual([]);
  });

  test('a client that calls the gate’s port by itself is dropped; this machine may', async () => {
    const world = await openMailer(scene);
    const {gate} = await startGate(scene, 'strict');
    await expectDeaf(world, scene, [world.call(client, gatePort)]);
    gate.pass(client, Date.now() + soonMs);
    gate.renew();
    await becomes(world, other, '2500');
    await expectDeaf(world, scene, [world.call(client, gatePort), world.call(other, gatePort)]);
    namespace.run('ip', ['link', 'set', 'lo', 'up']);
    const to = family === 4 ? '127.0.0.1' : '::1';
    const script = `net.connect(${gatePort}, '${to}').on('data', (d) => (console.log(String(d)), process.exit()))`;
    expect(namespace.run(process.execPath, ['-e', script]).trim()).toBe('2500');
    // A connection from this machine itself is not redirected either.
    const plain = script.replace(String(gatePort), '25');
    expect(namespace.run(process.execPath, ['-e', plain]).trim()).toBe('25');
  });

  test.each([['INPUT'], ['INPUT', 'FORWARD']])(
    'a client that is blocked is served nowhere, and a session at the gate ends (%s ...)',
    async (...hookChains) => {
      const world = await openMailer(scene);
      const {gate} = await startGate(scene, 'gate');
      gate.renew();
      await becomes(world, client, '2500');
      const running = start(scene, {...blocking, hookChains});
      await running.want();
      const session = world.call(client, 25);
      await until('a session at the gate', () => session.heard === '2500 ');
      await running.want(client);
      session.say('too late');
      await expectDeaf(world, scene, [world.call(client, 25), world.call(client, gatePort)]);
      expect(await served(world, other)).toBe('2500');
      expect(session.heard).toBe('2500 ');
      // The same for a client that has a pass.
      gate.pass(client, Date.now() + soonMs);
      await gate.check();
      await expectDeaf(world, scene, [world.call(client, 25)]);
      await running.firewall.check();
      expect(running.said.filter(([level]) => level !== 'info')).toEqual([]);
      expect(await running.firewall.stop('remove')).toBe('removed');
      await becomes(world, client, '25');
    },
  );

  test('a firewall that blocks now takes over the blocks made without the gate, and back', async () => {
    const world = await openMailer(scene);
    const {gate} = await startGate(scene, 'gate');
    gate.renew();
    await becomes(world, client, '2500');
    const traffic = [
      {ports: [25], hooks: ['INPUT']},
      {ports: [25], hooks: ['INPUT'], gate: gatePort},
    ];
    const former = {traffic, specs: [], noteGone: () => undefined};
    for (const settings of [{}, blocking, {}]) {
      const running = start(scene, settings, undefined, undefined, former);
      await running.want(client);
      await running.firewall.check();
      if (settings === blocking) await expectDeaf(world, scene, [world.call(client, 25)]);
      expect(running.said.filter(([level]) => level !== 'info')).toEqual([]);
      await running.firewall.stop('leave');
    }
    const tool = toolOf(family, scene.variant);
    // Without a gate the rules of the blocks are the usual ones again.
    if (scene.backend !== 'nftables') {
      expect(namespace.run(tool, ['-S', 'INPUT'])).not.toContain('2500 -j SPAM');
      expect(namespace.run(tool, ['-S', 'INPUT'])).toContain('--dport 25 -j SPAM_UNAME_GUESSERS');
    }
    expect(namespace.run(tool, ['-S'])).not.toContain('multiport');
  });
});

describeScenes('fail open', ['iptables', 'ipset', 'nftables'], (scene) => {
  const {family, backend} = scene;
  const [client] = hosts[family];

  // Half a minute each: the rules are the same in both families, and those of ipset are those of iptables.
  if (family === 4 && backend !== 'ipset') {
    test('without a word from the gate its clients go to the mailer within half a minute', async () => {
      const world = await openMailer(scene);
      const {gate, calls} = await startGate(scene, 'gate');
      gate.renew();
      await becomes(world, client, '2500');
      await gate.stop('left');
      calls.length = 0;
      // Only the kernel acts: no program of ours runs any more.
      expect(await served(world, client)).toBe('2500');
      await becomes(world, client, '25');
      expect(calls).toEqual([]);
    });
  }

  test('a next life takes over the rules that were left, and changes nothing', async () => {
    const world = await openMailer(scene);
    const first = await startGate(scene, 'gate');
    first.gate.renew();
    first.gate.pass(client, Date.now() + soonMs);
    await becomes(world, client, '25');
    await first.gate.stop('left');
    const {gate, calls, said} = await startGate(scene, 'gate');
    gate.pass(client, Date.now() + soonMs);
    gate.renew();
    await gate.check();
    expect(await served(world, client)).toBe('25');
    expect(await served(world, hosts[family][1])).toBe('2500');
    calls.length = 0;
    await gate.check();
    expect(changing(calls)).toEqual([]);
    expect(said.filter(([level]) => level === 'warning' || level === 'error')).toEqual([]);
  });
});
