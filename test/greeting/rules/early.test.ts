/** Which clients the kernel sees speak before the greeting. Real packets. */
import {afterEach, expect, test} from '@jest/globals';
import type {GateRules} from '../../../src/greeting/rules/live/gate-rules.js';
import {describeScenes, hosts} from '../../support/kernel/scenes.js';
import {until} from '../../support/temp.js';
import {further, gatePort, openMailer, served, startGate, stopGates} from './gate-world.js';

afterEach(stopGates);

const withSets = ['ipset', 'ipset with iptables-legacy', 'nftables'] as const;

/** How long the mailer waits with its greeting. Ms: a client can speak half a second after it connects. */
const greetingMs = 3000;

async function heardOf(gate: GateRules, count: number): Promise<readonly string[]> {
  const clients: string[] = [];
  let isAsking = false;
  const ask = async (): Promise<void> => {
    isAsking = true;
    clients.push(...(await gate.early()));
    isAsking = false;
  };
  await until('the kernel has seen them', () => {
    if (!isAsking && clients.length < count) void ask();
    return !isAsking && clients.length >= count;
  });
  return clients.sort();
}

describeScenes('early talk', withSets, (scene) => {
  const {family, namespace} = scene;
  const [atOnce, later] = hosts[family];
  const honest = further[family];

  test.each(['1', '0'])(
    'at 0 and 0.5 s is seen, and who waits for the greeting is not (timestamps %s)',
    async (timestamps) => {
      namespace.run('sysctl', ['-qw', `net.ipv4.tcp_timestamps=${timestamps}`]);
      const world = await openMailer(scene, greetingMs);
      const {gate, said} = await startGate(scene, 'observe');
      expect(gate.standing()).toEqual(new Map([[family, 'stands']]));
      const talks = [atOnce, later, honest].map((client) => world.call(client, 25));
      await until('all are connected', () => talks.every(({isConnected}) => isConnected));
      talks[0]!.say('x');
      await new Promise((resolve) => setTimeout(resolve, 500));
      talks[1]!.say('EHLO example.org\r\n');
      expect(await heardOf(gate, 2)).toEqual([atOnce, later].sort());
      await until('the greeting', () => talks[2]!.heard === '25 ');
      talks[2]!.say('EHLO');
      await until('the answer', () => talks[2]!.heard === '25 EHLO');
      // After the greeting nothing is early talk.
      talks[1]!.say('more');
      await until('more', () => talks[1]!.heard.endsWith('more'));
      expect(await gate.early()).toEqual([]);
      expect(said.filter(([level]) => level !== 'info')).toEqual([]);
    },
  );

  test('sessions that are open when it begins to watch, or while it is mended, do not count', async () => {
    const world = await openMailer(scene);
    const talk = world.call(atOnce, 25);
    await until('a greeting', () => talk.heard === '25 ');
    const {gate, said} = await startGate(scene, 'observe');
    const second = world.call(later, 25);
    await until('a greeting', () => second.heard === '25 ');
    for (const say of ['one', 'two', 'three']) {
      for (const each of [talk, second]) each.say(say);
      await until(say, () => talk.heard.endsWith(say) && second.heard.endsWith(say));
      if (say === 'one') {
        if (scene.backend === 'nftables') namespace.run('nft', ['flush', 'ruleset']);
        else namespace.run(tool(), ['-D', 'OUTPUT', '1']);
      }
      await gate.check();
    }
    expect(await gate.early()).toEqual([]);
    expect(said.map(([level]) => level).filter((level) => level !== 'info')).toEqual(['warning']);
  });

  test('a session that begins while a hook is gone does not count when it is mended', async () => {
    const world = await openMailer(scene);
    const {gate} = await startGate(scene, 'observe');
    if (scene.backend === 'nftables')
      namespace.run('nft', ['flush', 'chain', ...table(), 'output']);
    else namespace.run(tool(), ['-D', 'OUTPUT', '1']);
    const talk = world.call(atOnce, 25);
    await until('a greeting', () => talk.heard === '25 ');
    await gate.check();
    talk.say('EHLO');
    await until('an answer', () => talk.heard === '25 EHLO');
    expect(await gate.early()).toEqual([]);
  });

  test('at the gate it is the gate’s to see', async () => {
    const world = await openMailer(scene, greetingMs);
    const {gate} = await startGate(scene, 'gate');
    gate.renew();
    await gate.check();
    const talk = world.call(atOnce, 25);
    await until('a connection', () => talk.isConnected);
    talk.say('EHLO');
    await until('an answer', () => talk.heard.startsWith(`${gatePort} `));
    gate.pass(later, Date.now() + 3_600_000);
    await gate.check();
    const passed = world.call(later, 25);
    await until('a connection', () => passed.isConnected);
    passed.say('EHLO');
    expect(await heardOf(gate, 1)).toEqual([later]);
    expect(await served(world, later)).toBe('25');
    expect(await gate.early()).toEqual([]);
  });

  const tool = (): string => {
    const name = family === 4 ? 'iptables' : 'ip6tables';
    return scene.variant === 'legacy' ? `${name}-legacy` : name;
  };
  const table = (): string[] => [family === 4 ? 'ip' : 'ip6', 'blocksmtp-BLOCKSMTP_GREETING'];
});
