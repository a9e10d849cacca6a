/**
 * A mailer whose packets are translated on their way: in a container behind DNAT, or at another port of
 * this machine. What is hooked there is matched by the port that the client has called.
 */
import {afterEach, expect, test} from '@jest/globals';
import {openSpace, toolOf} from '../support/kernel/namespace.js';
import {openPeers, type Peers, startPeer} from '../support/kernel/peers.js';
import {allPlaces, describeScenes, hosts, type Scene, start} from '../support/kernel/scenes.js';
import {until} from '../support/temp.js';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const inside = {4: ['172.17.0.1', '172.17.0.2', '16'], 6: ['fd00::1', 'fd00::2', '64']} as const;

/** Port 25 of the machine is port 27 of a mailer in a network of its own. */
async function openContainer({namespace, family, variant}: Scene): Promise<void> {
  const [gateway, mailer, length] = inside[family];
  const container = await openSpace();
  const within = `--net=/proc/${container.pid}/ns/net`;
  const noWait = family === 4 ? [] : ['nodad'];
  const host = (...words: string[]) => namespace.run('ip', [`-${family}`, ...words]);
  const there = (...words: string[]) =>
    namespace.run('nsenter', [within, 'ip', `-${family}`, ...words]);
  host(
    'link',
    'add',
    'docker0',
    'type',
    'veth',
    'peer',
    'name',
    'net',
    'netns',
    String(container.pid),
  );
  host('address', 'add', `${gateway}/${length}`, 'dev', 'docker0', ...noWait);
  there('address', 'add', `${mailer}/${length}`, 'dev', 'net', ...noWait);
  host('link', 'set', 'docker0', 'up');
  there('link', 'set', 'net', 'up');
  there('route', 'add', 'default', 'via', gateway);
  const forward = family === 4 ? 'net.ipv4.ip_forward=1' : 'net.ipv6.conf.all.forwarding=1';
  namespace.run('sysctl', ['-qw', forward]);
  const to = family === 4 ? `${mailer}:27` : `[${mailer}]:27`;
  const rule = ['-p', 'tcp', '--dport', '25', '-j', 'DNAT', '--to-destination', to];
  namespace.run(toolOf(family, variant), ['-t', 'nat', '-A', 'PREROUTING', ...rule]);
  const serving = startPeer(
    ['nsenter', within, process.execPath, 'test/support/kernel/peer.mjs', 'serve', '27'],
    () => undefined,
  );
  closing.push(() => {
    serving.child.kill('SIGKILL');
    container.close();
  });
  await serving.ready;
}

async function peersOf(scene: Scene): Promise<Peers> {
  const peers = await openPeers(scene);
  closing.push(() => peers.close());
  return peers;
}

/** Whoever is called from here is heard; and before him nobody who was blocked was. */
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
    await openContainer(scene);
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
