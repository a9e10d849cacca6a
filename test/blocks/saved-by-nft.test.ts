/**
 * Rules that `nft list ruleset` has saved and nft loads at boot, on the real kernel: iptables-save shows those
 * for several ports without their ports, and ends well. They are ours all the same: kept where they are wanted,
 * and gone where they are not.
 */
import {expect, test} from '@jest/globals';
import {removeAll} from '../../src/blocks/live/leftovers.js';
import {likelyTraffic} from '../../src/blocks/live/settings.js';
import {describeInNamespace, type Namespace} from '../support/kernel/namespace.js';
import {spec} from '../support/kernel/samples.js';
import {type Scene, standard, start, stopAll} from '../support/kernel/scenes.js';

const ports = [25, 465, 587];
const [wanted, ended, other] = ['203.0.113.7', '203.0.113.8', '192.0.2.200'];

const sceneOf = (namespace: Namespace, backend: Scene['backend']): Scene => ({
  ...{title: backend, backend, variant: 'default', family: 4, namespace},
});

/** Both blocks stand, an administrator has a rule in our chain; all is saved and loaded by nft. */
async function reboot(namespace: Namespace): Promise<void> {
  const running = start(sceneOf(namespace, 'iptables'), {ports});
  const {firewall} = running;
  firewall.letPass(new Map([[ended, Date.now() + 3_600_000]]));
  await running.want(wanted, ended);
  await firewall.stop('leave');
  namespace.run('iptables', ['-A', spec.chain, '-s', other, '-j', 'RETURN']);
  const saved = namespace.run('nft', ['list', 'ruleset']);
  namespace.run('nft', ['flush', 'ruleset']);
  namespace.run('nft', ['-f', '-'], saved);
}

/** What is dropped, whatever the ports: as nft tells it, which sees all of a rule. */
const dropped = (namespace: Namespace): string[] =>
  [...namespace.run('nft', ['list', 'ruleset']).matchAll(/saddr (\d\S+) .*drop$/gm)].map(
    ([, address = '']) => address,
  );

describeInNamespace(
  'rules that nft has saved and loaded',
  'default',
  (namespace) => {
    test('the daemon that comes up keeps the wanted ones, and removes the others', async () => {
      await reboot(namespace);
      const running = start(sceneOf(namespace, 'iptables'), {ports});
      const {firewall} = running;
      await running.want(wanted);
      await firewall.check();
      expect(dropped(namespace)).toEqual([wanted]);
      const listed = namespace.list(4).split('\n');
      const hook = `-A INPUT -p tcp -m multiport --dports 25,465,587 -j ${spec.chain}`;
      expect(listed.filter((line) => line.startsWith('-A INPUT'))).toEqual([hook]);
      expect(listed.filter((line) => line.startsWith(`-A ${spec.chain}`))).toEqual([
        expect.stringContaining(`-s ${other}/32 -j RETURN`),
        expect.stringContaining(`-s ${wanted}/32 -p tcp -m multiport`),
      ]);
      await stopAll();
    });

    test('under another backend nothing is left that drops', async () => {
      await reboot(namespace);
      const running = start(sceneOf(namespace, 'nftables'), {ports});
      const {firewall} = running;
      await running.want(wanted);
      await firewall.replaceOthers(undefined);
      expect(dropped(namespace)).toEqual([]);
      expect(
        namespace.run('nft', ['list', 'set', 'ip', `blocksmtp-${spec.chain}`, 'hosts']),
      ).toContain(wanted);
      await stopAll();
    });

    test('flush leaves nothing that drops, also where nobody knows which ports there were', async () => {
      await reboot(namespace);
      const tools = {run: namespace.runCall, say: () => undefined};
      const traffic = likelyTraffic(spec.hooks);
      const former = {traffic, specs: [], noteGone: () => undefined};
      const settings = {...standard, backend: 'iptables'} as const;
      expect(await removeAll(settings, [4], undefined, tools, former)).toEqual([]);
      expect(dropped(namespace)).toEqual([]);
      expect(namespace.list(4)).not.toContain(`-A INPUT`);
    });
  },
  ['nft'],
);
