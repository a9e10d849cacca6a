/**
 * A mailer whose packets are translated on their way: in a container behind DNAT, or at another port of
 * this machine. What is hooked there is matched by the port that the client has called.
 */
import {afterEach, expect, test} from '@jest/globals';
import {openContainer} from '../support/kernel/container.js';
import {toolOf} from '../support/kernel/namespace.js';
import {openPeers, type Peers} from '../support/kernel/peers.js';
import {allPlaces, describeScenes, hosts, type Scene, start} from '../support/kernel/scenes.js';
import {until} from '../support/temp.js';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function peersOf(scene: Scene): Promise<Peers> {
  const peers = await openPeers(scene);
  closing.push(() => peers.close());
  return peers;
}

/** A client that is called from here is heard; and before it no blocked client was. */
async function expectBlocked(peers: Peers, blocked: string, other: string): Promise<void> {
  const refused = peers.call(blocked, 25);
  for (let i = 0; i < 2; i++) {
    const talk = peers.call(other, 25);
    await until(`${other} is connected`, () => talk.isConnected);
    talk.say('EHLO');
    await until(`${other} is heard`, () => talk.heard === 'EHLO');
  }
  expect(refused.isConnected).toBe(false);
}

async function expectHeard(peers: Peers, client: string): Promise<void> {
  const talk = peers.call(client, 25);
  await until(`${client} is connected`, () => talk.isConnected);
}

describeScenes('packets that are translated', allPlaces, (scene) => {
  const {family, namespace, variant} = scene;
  const [blocked, other] = hosts[family];
  const tool = toolOf(family, variant);

  test('to a mailer in a container: an open session and a new one end, hooked in FORWARD', async () => {
    const peers = await peersOf(scene);
    closing.push(await openContainer(scene));
    await expectHeard(peers, blocked);
    // INPUT alone, as it was: the block stands, and no packet meets it.
    const before = start(scene);
    await before.want(blocked);
    await expectHeard(peers, blocked);
    await before.firewall.stop('remove');

    const session = peers.call(blocked, 25);
    await until('a session', () => session.isConnected);
    const {firewall, said, ...running} = start(scene, {hookChains: ['INPUT', 'FORWARD']});
    await running.want(blocked);
    session.say('too late');
    await expectBlocked(peers, blocked, other);
    expect(session.heard).toBe('');
    await firewall.check();
    expect(said.filter(([level]) => level !== 'info')).toEqual([]);
    await running.want();
    await expectHeard(peers, blocked);
    expect(await firewall.stop('remove')).toBe('removed');
  });

  test('to another port of this machine: the port counts that was called', async () => {
    const peers = await peersOf(scene);
    const rule = ['-p', 'tcp', '--dport', '25', '-j', 'REDIRECT', '--to-ports', '26'];
    namespace.run(tool, ['-t', 'nat', '-A', 'PREROUTING', ...rule]);
    const running = start(scene, {hookChains: ['INPUT', 'FORWARD']});
    await running.want(blocked);
    await expectBlocked(peers, blocked, other);
    await running.want();
    await expectHeard(peers, blocked);
  });
});

describeScenes(
  'a hook chain that others make',
  ['iptables', 'iptables-legacy', 'ipset'],
  (scene) => {
    const {family, namespace, variant} = scene;
    const tool = toolOf(family, variant);
    const [blocked] = hosts[family];

    test('is hooked when it comes, and again when it is made anew', async () => {
      const {firewall, said, ...running} = start(scene, {hookChains: ['INPUT', 'DOCKER-USER']});
      await running.want(blocked);
      const enforced = () => firewall.enforced.get(family);
      expect(enforced()).toMatchObject({standing: 1, absentHooks: ['DOCKER-USER']});
      const listed = (): string => namespace.run(tool, ['-S', 'DOCKER-USER']);
      for (let times = 0; times < 2; times++) {
        namespace.run(tool, ['-N', 'DOCKER-USER']);
        namespace.run(tool, ['-A', 'DOCKER-USER', '-j', 'RETURN']);
        await firewall.check();
        expect(listed().split('\n').slice(1, 3)).toEqual([
          '-A DOCKER-USER -p tcp -m conntrack --ctorigdstport 25 --ctdir ORIGINAL -j SPAM_UNAME_GUESSERS',
          '-A DOCKER-USER -j RETURN',
        ]);
        expect(enforced()?.absentHooks).toBeUndefined();
        namespace.run(tool, ['-F', 'DOCKER-USER']);
        namespace.run(tool, ['-X', 'DOCKER-USER']);
        await firewall.check();
        expect(enforced()).toMatchObject({standing: 1, absentHooks: ['DOCKER-USER']});
      }
      expect(said.filter(([level]) => level === 'error')).toEqual([]);
      expect(await firewall.stop('remove')).toBe('removed');
    });
  },
);
