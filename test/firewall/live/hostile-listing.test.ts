/**
 * Tools that lie, under every backend: a listing that is cut, empty, doubled, filtered or replaced by a
 * sentence, each with exit status 0. Never is a jump put in twice, and never goes a rule of others.
 */
import {afterEach, beforeEach, describe, expect, jest, test} from '@jest/globals';
import fc from 'fast-check';
import {BlockRules} from '../../../src/blocks/live/block-rules.js';
import {noFormer, removeAll} from '../../../src/blocks/live/leftovers.js';
import type {FirewallSettings} from '../../../src/blocks/live/settings.js';
import type {Call, CallResult} from '../../../src/firewall/backend.js';
import {Keeper} from '../../../src/firewall/live/keeper.js';
import {egressChainBackend} from '../../../src/outgoing/egress/chain.js';
import {EgressIntent} from '../../../src/outgoing/egress/releases.js';
import {blockOf} from './keeping.js';
import {FakeNetfilter} from '../../support/fake-netfilter.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const incompatible = "# Table `filter' is incompatible, use 'nft' tool.";

/** What a tool makes of a true listing. */
const lies: fc.Arbitrary<(text: string) => string> = fc.oneof(
  fc.nat(600).map((at) => (text: string) => text.slice(0, at)),
  fc
    .constantFrom(
      '',
      '\n',
      incompatible,
      '# Warning: iptables-legacy tables present',
      'iptables-save: Keine Berechtigung',
      '*filter\nCOMMIT\n',
      '*filter\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n',
      '{"nftables": []}',
    )
    .map((said) => () => said),
  fc.constant((text: string) => text.replaceAll(/^(.*)$/gm, '$1\n$1')),
  fc.constant((text: string) => `${text}${text}`),
  fc.constant((text: string) => text.replaceAll(/^(-A (?:INPUT|OUTPUT) .*)$/gm, '$1\n$1')),
  // Whole, and yet not all that there is.
  fc.constant((text: string) => text.replaceAll(/^-A .*\n/gm, '')),
  fc.constant((text: string) => text.replaceAll(/^-A (?:INPUT|OUTPUT) .*\n/gm, '')),
  fc.constant((text: string) => text.replaceAll(/^.*\bGUESSERS\b.*\n/gm, '')),
  fc.constant((text: string) => text),
);

/** The kernel tells the truth, and the tool that lists it does not. */
function lyingKernel() {
  const kernel = new FakeNetfilter();
  kernel.behindOurBack((chains) => chains.set('OUTPUT', []));
  let lie = (text: string): string => text;
  const run = async (call: Call): Promise<CallResult> => {
    if (call.program === 'ipset') {
      return call.input === '' ? said(lie(savedSet)) : {kind: 'done', stdout: ''};
    }
    const result = await kernel.run(call);
    const isListing = call.program.endsWith('-save') && result.kind === 'done';
    return isListing ? said(lie(result.stdout)) : result;
  };
  return {kernel, run, lieAs: (next: (text: string) => string) => void (lie = next)};
}

const said = (stdout: string): CallResult => ({kind: 'done', stdout});

const savedSet = `create GUESSERS-4 hash:net family inet hashsize 1024 maxelem 2000000 timeout 0
add GUESSERS-4 192.0.2.1 timeout 3000`;

const settingsOf = (backend: FirewallSettings['backend']): FirewallSettings => ({
  ...{backend, iptablesChainName: 'GUESSERS', ports: [25]},
  ...{flatChainMax: 1000, hookPlace: 'first', hookChains: ['INPUT']},
});

const byHand = '-s 192.0.2.200/32 -j LOG';
const jumpsIn = (kernel: FakeNetfilter, chain: string, to: string): number =>
  (kernel.rules(chain) ?? []).filter((rule) => rule.endsWith(`-j ${to}`)).length;

describe.each(['iptables', 'ipset'] as const)('%s', (backend) => {
  test('whatever the listing says, one jump stands, and the rule by hand stays', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(lies, {minLength: 1, maxLength: 6}), async (told) => {
        const {kernel, run, lieAs} = lyingKernel();
        const rules = new BlockRules(settingsOf(backend), [4], {run, say: () => undefined});
        rules.set(blockOf('192.0.2.1'));
        await rules.enforce('remove');
        kernel.behindOurBack((chains) => void chains.get('GUESSERS')?.push(byHand));
        for (const lie of told) {
          lieAs(lie);
          await rules.check();
          await jest.advanceTimersByTimeAsync(61_000);
          expect(jumpsIn(kernel, 'INPUT', 'GUESSERS')).toBe(1);
          expect(kernel.rules('GUESSERS')).toContain(byHand);
        }
        lieAs((text) => text);
        await jest.advanceTimersByTimeAsync(61_000);
        await rules.check();
        expect(rules.enforced.get(4)).toMatchObject({standing: 1, failure: undefined});
        await rules.stop('leave');
      }),
      {numRuns: 60},
    );
  });

  test.each(['', incompatible, '*filter\n:INPUT ACCEPT [0:0]\n'])(
    'flush does not say that nothing is left when the listing says %j',
    async (listing) => {
      const {run, lieAs} = lyingKernel();
      const tools = {run, say: () => undefined};
      const rules = new BlockRules(settingsOf(backend), [4], tools);
      rules.set(blockOf('192.0.2.1'));
      await rules.enforce('remove');
      await rules.stop('leave');
      lieAs((text) => (text.startsWith('create') ? text : listing));
      const failures = await removeAll(settingsOf(backend), [4], undefined, tools, noFormer);
      expect(failures.join()).toMatch(/^iptables chain GUESSERS: not removed: iptables-save: /);
    },
  );
});

test('the egress guard: whatever the listing says, one jump stands', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(lies, {minLength: 1, maxLength: 6}), async (told) => {
      const {kernel, run, lieAs} = lyingKernel();
      const goal = new EgressIntent({
        ...{
          chain: 'OUT',
          mode: 'reject',
          ports: [25],
          uids: [99],
          destinations: [],
          switchSeconds: 30,
        },
      });
      const keeper = new Keeper(
        {
          ...{family: 4, backend: egressChainBackend('OUT', 4), goal},
          words: {part: 'egress guard', waiting: () => ''},
        },
        {run, say: () => undefined},
      );
      await keeper.enforce('remove');
      for (const lie of told) {
        lieAs(lie);
        await keeper.check();
        await jest.advanceTimersByTimeAsync(61_000);
        expect(jumpsIn(kernel, 'OUTPUT', 'OUT')).toBeLessThanOrEqual(1);
      }
      await keeper.stop();
    }),
    {numRuns: 60},
  );
});
