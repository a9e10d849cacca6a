/** What was begun for one configuration is over before the next one begins. */
import {expect, test} from '@jest/globals';
import {BlockRules} from '../../../src/blocks/live/block-rules.js';
import {FakeNetfilter} from '../../support/fake-netfilter.js';

test('after the end no leftover is removed: it may be the next backend’s own', async () => {
  const kernel = new FakeNetfilter();
  const calls: string[] = [];
  let answered: () => void = () => undefined;
  const settings = {
    ...({backend: 'iptables', hookPlace: 'first'} as const),
    ...{iptablesChainName: 'GUESSERS', ports: [25], hookChains: ['INPUT'], flatChainMax: 1000},
  };
  const firewall = new BlockRules(settings, [4], {
    run: async (call) => {
      if (call.program.startsWith('iptables')) return kernel.run(call);
      calls.push(call.program);
      await new Promise<void>((resolve) => (answered = resolve));
      return {kind: 'missing', why: `${call.program}: not found`};
    },
    say: () => undefined,
  });
  await firewall.enforce('remove');
  const replaced = firewall.replaceOthers(undefined);
  let isStopped = false;
  const stopped = firewall.stop('leave').then(() => (isStopped = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(isStopped).toBe(false);
  answered();
  await Promise.all([replaced, stopped]);
  await firewall.check();
  expect(calls).toEqual(['ipset']);
});
