/** A rule set that nft has saved, with our chain in it: what nft cannot load again, on the real kernel. */
import {expect, test} from '@jest/globals';
import {holdsOurChain} from '../../../src/cli/inspect/firewall-facts.js';
import {blocksmtp, temporary} from '../built.js';
import {describeInNamespace} from '../../support/kernel/namespace.js';
import {spec} from '../../support/kernel/samples.js';
import {type Scene, start, stopAll} from '../../support/kernel/scenes.js';

describeInNamespace(
  'the rules that nft saves',
  'default',
  (namespace) => {
    const savedOf = async (backend: Scene['backend'], hookChains: readonly string[]) => {
      const scene = {title: backend, backend, variant: 'default', family: 4, namespace} as const;
      const running = start(scene, {hookChains});
      await running.want('203.0.113.7');
      await stopAll();
      return namespace.run('nft', ['list', 'ruleset']);
    };
    const loads = (saved: string): boolean => {
      namespace.run('nft', ['flush', 'ruleset']);
      try {
        namespace.run('nft', ['-f', '-'], saved);
        return !namespace.run('iptables-save', ['-t', 'filter']).includes('incompatible');
      } catch {
        return false;
      }
    };

    test.each([
      ['iptables', ['INPUT']],
      ['iptables', ['FORWARD']],
      ['ipset', ['INPUT']],
      ['nftables', ['INPUT']],
    ] as const)('by %s at %j: rules that do not load are seen', async (backend, hooks) => {
      const saved = await savedOf(backend, hooks);
      expect(holdsOurChain(saved, spec.chain)).toBe(!loads(saved));
    });

    test('a chain of others is none of ours', async () => {
      const saved = await savedOf('ipset', ['INPUT']);
      expect(holdsOurChain(saved, 'OTHER')).toBe(false);
    });
    test('flush reports a chain that nobody knows, and leaves it', () => {
      const folder = temporary();
      const words = [`--state-dir=${folder.path('state')}`, `--control-socket=${folder.path('s')}`];
      const rule = ['-s', '203.0.113.7', '-p', 'tcp', '--dport', '25', '-j', 'DROP'];
      namespace.run('iptables', ['-N', 'OLD_GUARD']);
      namespace.run('iptables', ['-A', 'INPUT', '-p', 'tcp', '--dport', '25', '-j', 'OLD_GUARD']);
      namespace.run('iptables', ['-A', 'OLD_GUARD', ...rule]);
      const {stdout, stderr, code} = blocksmtp(['flush', ...words], namespace.enter);
      folder.remove();
      // Nothing was to be done, so it says so on standard error, with exit code 1.
      expect({stdout, code}).toEqual({stdout: '', code: 1});
      expect(stderr).toMatch(/as blocksmtp makes them: chains OLD_GUARD: see blocksmtp doctor$/m);
      expect(namespace.list(4)).toContain('-A OLD_GUARD -s 203.0.113.7/32');
    });
  },
  ['ipset', 'nft'],
);
