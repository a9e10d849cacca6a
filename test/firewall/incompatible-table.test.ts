/**
 * Rules of nft in iptables' own table that iptables has no words for, on the real kernel:
 * iptables-nft then lists nothing and exits with 0. blocksmtp writes nothing, reports the failure,
 * and removes nothing of others.
 */
import {expect, test} from '@jest/globals';
import {removeAll} from '../../src/blocks/live/leftovers.js';
import {describeInNamespace, type Namespace} from '../support/kernel/namespace.js';
import {spec} from '../support/kernel/samples.js';
import {blockOf, type Scene, standard, start, stopAll} from '../support/kernel/scenes.js';

/** Each made iptables-save of Debian 12 and 13 say that the table is incompatible. */
const inexpressible = [
  'ct state vmap { established : accept, invalid : drop }',
  'ct state established,related accept',
  'log prefix "in: "',
  'fib daddr type local accept',
];

const rule = (namespace: Namespace, text: string): void =>
  void namespace.run('nft', ['-f', '-'], `add rule ip filter INPUT ${text}\n`);
const tableOf = (namespace: Namespace): string =>
  namespace.run('nft', ['list', 'table', 'ip', 'filter']);
const isIncompatible = (namespace: Namespace): boolean =>
  namespace.run('iptables-save', ['-t', 'filter']).includes('is incompatible');

const sceneOf = (namespace: Namespace, backend: Scene['backend']): Scene => ({
  ...{title: backend, backend, variant: 'default', family: 4, namespace},
});

describeInNamespace(
  'a table that iptables cannot list',
  'default',
  (namespace) => {
    test.each(['iptables', 'ipset'] as const)(
      'backend %s: the checks write nothing and say why; flush names what stays',
      async (backend) => {
        const running = start(sceneOf(namespace, backend));
        await running.want('203.0.113.7');
        namespace.run('iptables', ['-A', spec.chain, '-s', '192.0.2.200', '-j', 'RETURN']);
        for (const text of inexpressible) {
          rule(namespace, text);
          if (!isIncompatible(namespace)) continue;
          const before = tableOf(namespace);
          for (let checks = 0; checks < 3; checks++) await running.firewall.check();
          expect(tableOf(namespace)).toBe(before);
          expect(running.firewall.enforced.get(4)?.failure).toMatch(/cannot express/);
        }
        expect(isIncompatible(namespace)).toBe(true);
        await running.firewall.stop('leave');
        const {settings, tools} = flushing(namespace, backend);
        const before = tableOf(namespace);
        const failures = await removeAll(settings, [4], undefined, tools);
        expect(failures.join()).toMatch(
          /^iptables chain \S+: not removed: iptables-save: .*nftables/,
        );
        expect(tableOf(namespace)).toBe(before);
        await stopAll();
      },
    );

    test('where none of our chains is in it, nothing is left to remove', async () => {
      const running = start(sceneOf(namespace, 'nftables'));
      namespace.run('iptables', ['-A', 'INPUT', '-i', 'lo', '-j', 'ACCEPT']);
      rule(namespace, inexpressible[0]!);
      expect(isIncompatible(namespace)).toBe(true);
      await running.want('203.0.113.7');
      await running.firewall.replaceOthers(undefined);
      expect(running.firewall.enforced.get(4)).toMatchObject({standing: 1, failure: undefined});
      expect(running.said.filter(([level]) => level !== 'info')).toEqual([]);
      await running.firewall.stop('leave');
      const {settings, tools} = flushing(namespace, 'nftables');
      expect(await removeAll(settings, [4], undefined, tools)).toEqual([]);
      expect(namespace.run('nft', ['list', 'tables'])).not.toContain('blocksmtp');
      await stopAll();
    });

    test('a jump that the listing did not show is found by asking for it', async () => {
      const running = start(sceneOf(namespace, 'iptables'));
      await running.want('203.0.113.7');
      await running.firewall.stop('leave');
      const hook = `-A INPUT -p tcp -m tcp --dport 25 -j ${spec.chain}`;
      const blind = start(sceneOf(namespace, 'iptables'), {}, undefined, (call, result) =>
        call.program === 'iptables-save' && result.kind === 'done'
          ? {kind: 'done', stdout: result.stdout.replace(`${hook}\n`, '')}
          : result,
      );
      blind.firewall.set(blockOf('203.0.113.7'));
      for (let checks = 0; checks < 3; checks++) await blind.firewall.check();
      const hooks = namespace
        .list(4)
        .split('\n')
        .filter((line) => line === hook);
      expect(hooks).toHaveLength(1);
      expect(blind.firewall.enforced.get(4)?.failure).toMatch(/the listing did not show it/);
      await stopAll();
    });
  },
  ['ipset', 'nft'],
);

function flushing(namespace: Namespace, backend: Scene['backend']) {
  const say = (): void => undefined;
  return {settings: {...standard, backend}, tools: {run: namespace.runCall, say}};
}
