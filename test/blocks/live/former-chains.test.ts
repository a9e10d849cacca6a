/** Names of earlier configurations are kept, within a bound, and what comes back under them goes. */
import {expect, test} from '@jest/globals';
import {BlockRules} from '../../../src/blocks/live/block-rules.js';
import {
  formerChains,
  mostFormerChains,
  mostNoted,
  noteChain,
} from '../../../src/blocks/live/former-chains.js';
import type {FirewallSettings} from '../../../src/blocks/live/settings.js';
import {emptyState} from '../../../src/guard/state.js';
import {formerEgress, mostFormerGuards} from '../../../src/outgoing/egress/live/leftovers.js';
import {blockOf} from '../../firewall/live/keeping.js';
import {FakeNetfilter} from '../../support/fake-netfilter.js';

const spec = (chain: string, ports: readonly number[] = [25], hooks = ['INPUT']) => ({
  ...{chain, ports, hooks},
});
const now = spec('NOW');
const chainNamed = (number: number) => spec(`OLD${number}`);

test('a name is kept when nothing stands under it any more', () => {
  const state = emptyState('unsaved');
  noteChain(state, chainNamed(1));
  noteChain(state, now);
  expect(formerChains(state, now).specs).toEqual([{...chainNamed(1), former: []}]);
  formerChains(state, now).noteGone(chainNamed(1));
  expect(formerChains(state, now).specs).toEqual([{...chainNamed(1), former: []}]);
  expect(state.chains.get('OLD1 25')).toEqual({...chainNamed(1), removed: 'once'});
  // In force again: what it makes then stands.
  noteChain(state, chainNamed(1));
  expect(state.chains.get('OLD1 25')).toEqual(chainNamed(1));
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
  ['another name', spec('OLD'), 0],
  ['another port', spec('NOW', [587]), 2],
])(
  'saved rules under %s that come back go at each search, and ours stay',
  async (_, old, repairs) => {
    const state = emptyState('unsaved');
    noteChain(state, old);
    const former = formerChains(state, now);
    former.noteGone(old);
    const kernel = new FakeNetfilter();
    const settings: FirewallSettings = {
      ...{backend: 'iptables', iptablesChainName: 'NOW', ports: [25]},
      ...{flatChainMax: 1000, hookPlace: 'first', hookChains: ['INPUT']},
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
        const match = `-p tcp -m tcp --dport ${old.ports[0]!}`;
        chains.get('INPUT')?.push(`${match} -j ${old.chain}`);
        const drops = [`-s 192.0.2.7/32 ${match} -j DROP`, `-s 192.0.2.8/32 ${match} -j DROP`];
        const there = (chains.get(old.chain) ?? []).filter((rule) => rule !== byHand);
        chains.set(old.chain, [...there, ...drops, ...(old.chain === 'NOW' ? [byHand] : [])]);
      });
      await rules.check();
      await rules.replaceOthers(undefined);
      expect([kernel.rules('INPUT'), kernel.rules('NOW')]).toEqual(
        old.chain === 'NOW' ? [before[0], [...before[1]!, byHand]] : before,
      );
      expect(kernel.rules('OLD')).toBeUndefined();
    }
    expect(rules.enforced.get(4)).toMatchObject({standing: 1, repairs});
    await rules.stop('leave');
  },
);

test('the guards under the present name, and under each other name, are told apart', () => {
  const state = emptyState('unsaved');
  // As versions before noted it.
  state.chains.set('OLD 25', {chain: 'OLD', port: 25});
  state.chains.set('NOW 2525', {chain: 'NOW', port: 2525});
  noteChain(state, spec('OLD', [25, 587], ['INPUT', 'FORWARD']));
  noteChain(state, spec('NOW', [25, 587]));
  noteChain(state, spec('NOW'));
  const former = formerChains(state, spec('NOW'));
  const {traffic, specs, noteGone} = former;
  expect(traffic).toEqual([spec('NOW', [2525]), spec('NOW', [25, 587])]);
  const old = {...spec('OLD'), former: [spec('OLD', [25, 587], ['INPUT', 'FORWARD'])]};
  expect(specs).toEqual([old]);
  noteGone(old);
  const standing = [...state.chains.values()].filter(({removed}) => removed === undefined);
  expect(standing.map(({chain}) => chain)).toEqual(['NOW', 'NOW', 'NOW']);
});

test('one port at INPUT has the key that versions before gave it', () => {
  const state = emptyState('unsaved');
  noteChain(state, spec('NOW'));
  expect(state.chains.get('NOW 25')).toEqual(spec('NOW'));
});

test('the notes keep their bound', () => {
  const state = emptyState('unsaved');
  for (let port = 1; port <= mostNoted + 5; port++) noteChain(state, spec('NOW', [port]));
  expect(state.chains.size).toBe(mostNoted);
});
