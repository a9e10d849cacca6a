/** Names of earlier configurations are kept, within a bound, and what comes back under them goes. */
import {expect, test} from '@jest/globals';
import {BlockRules} from '../../../src/blocks/live/block-rules.js';
import {formerChains, mostFormerChains, noteChain} from '../../../src/blocks/live/former-chains.js';
import type {FirewallSettings} from '../../../src/blocks/live/settings.js';
import {emptyState} from '../../../src/guard/state.js';
import {formerEgress, mostFormerGuards} from '../../../src/outgoing/egress/live/leftovers.js';
import {blockOf} from '../../firewall/live/keeping.js';
import {FakeNetfilter} from '../../support/fake-netfilter.js';

const now = {chain: 'NOW', port: 25};
const chainNamed = (number: number) => ({chain: `OLD${number}`, port: 25});

test('a name is kept when nothing stands under it any more, and stands in nobody’s way', () => {
  const state = emptyState('unsaved');
  noteChain(state, chainNamed(1));
  noteChain(state, now);
  expect(formerChains(state, now)).toMatchObject({
    specs: [chainNamed(1)],
    standing: [chainNamed(1)],
  });
  formerChains(state, now).noteGone(chainNamed(1));
  expect(formerChains(state, now)).toMatchObject({specs: [chainNamed(1)], standing: []});
  // In force again: what it makes then stands.
  noteChain(state, chainNamed(1));
  expect(formerChains(state, now).standing).toEqual([chainNamed(1)]);
});

test('only so many are kept, the latest; none under which something stands is forgotten', () => {
  const state = emptyState('unsaved');
  const numbers = Array.from({length: mostFormerChains + 3}, (_, i) => i);
  for (const number of [...numbers, 99]) noteChain(state, chainNamed(number));
  for (const number of numbers) formerChains(state, now).noteGone(chainNamed(number));
  const kept = formerChains(state, now).specs.map(({chain}) => chain);
  expect(kept).toHaveLength(mostFormerChains + 1);
  expect(kept).toContain('OLD99');
  expect(kept).not.toContain('OLD0');
});

test('the names of egress guards are kept too, the one in force always', () => {
  const former = formerEgress(emptyState('unsaved'));
  for (let number = 0; number < mostFormerGuards + 3; number++) {
    former.note('NOW');
    former.note(`OUT${number}`);
  }
  former.note('NOW');
  expect(former.chains()).toHaveLength(mostFormerGuards);
  expect(former.chains().at(-1)).toBe('NOW');
});

test.each([
  ['another name', {chain: 'OLD', port: 25}],
  ['another port', {chain: 'NOW', port: 587}],
])('saved rules under %s that come back go at each check, and ours stay', async (_, old) => {
  const state = emptyState('unsaved');
  noteChain(state, old);
  const former = formerChains(state, now);
  former.noteGone(old);
  const kernel = new FakeNetfilter();
  const settings: FirewallSettings = {
    ...{backend: 'iptables', iptablesChainName: 'NOW', mailerPort: 25},
    ...{flatChainMax: 1000, hookPlace: 'first'},
  };
  const tools = {run: kernel.run, say: () => undefined};
  const rules = new BlockRules(settings, [4], tools, formerChains(state, now));
  rules.set(blockOf('192.0.2.1'));
  await rules.enforce('remove');
  await rules.replaceOthers(undefined);
  const before = structuredClone([kernel.rules('INPUT'), kernel.rules('NOW')]);
  const byHand = '-s 192.0.2.9/32 -j ACCEPT';
  for (let times = 0; times < 2; times++) {
    kernel.behindOurBack((chains) => {
      const match = `-p tcp -m tcp --dport ${old.port}`;
      chains.get('INPUT')?.push(`${match} -j ${old.chain}`);
      const drops = [`-s 192.0.2.7/32 ${match} -j DROP`, `-s 192.0.2.8/32 ${match} -j DROP`];
      const there = (chains.get(old.chain) ?? []).filter((rule) => rule !== byHand);
      chains.set(old.chain, [...there, ...drops, ...(old.chain === 'NOW' ? [byHand] : [])]);
    });
    await rules.check();
    expect([kernel.rules('INPUT'), kernel.rules('NOW')]).toEqual(
      old.chain === 'NOW' ? [before[0], [...before[1]!, byHand]] : before,
    );
    expect(kernel.rules('OLD')).toBeUndefined();
  }
  expect(rules.enforced.get(4)).toMatchObject({standing: 1, repairs: 0});
  await rules.stop('leave');
});
