/**
 * Other ports and other hooks, from one configuration to the next, on a filter table that is a model: in
 * every batch all that was dropped before and is still wanted is dropped after it, and nothing old is left.
 */
import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import {iptablesBackend} from '../../src/blocks/chain/backend.js';
import {matchesOf} from '../../src/blocks/chain/matches.js';
import type {ChainSettings} from '../../src/blocks/chain/plan.js';
import type {Traffic} from '../../src/blocks/chain/spec.js';
import {Intent} from '../../src/blocks/intent.js';
import {readPart, removePart, runAll} from '../../src/firewall/live/part.js';
import {FakeNetfilter} from '../support/fake-netfilter.js';
import {times} from '../support/kernel/samples.js';

const networks = ['192.0.2.7', '192.0.2.8', '198.51.100.0/24', '203.0.113.9'];
const traffics: readonly Traffic[] = [
  {ports: [25], hooks: ['INPUT']},
  {ports: [25, 465, 587], hooks: ['INPUT']},
  {ports: [25, 587], hooks: ['INPUT', 'FORWARD']},
  {ports: [25], hooks: ['FORWARD']},
  {ports: [2525, 465], hooks: ['DOCKER-USER', 'INPUT']},
];

interface Step {
  readonly traffic: Traffic;
  readonly flatMax: number;
  readonly wanted: readonly string[];
  readonly passing: readonly string[];
  /** What somebody does before: the rule at this place goes, comes twice, or comes first. */
  readonly vandal: {readonly kind: 'none' | 'lose' | 'double' | 'late'; readonly at: number};
  /** Whether somebody makes, or takes away, the chain of docker before. */
  readonly docker: 'there' | 'gone';
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    traffic: fc.constantFrom(...traffics),
    flatMax: fc.constantFrom(0, 100),
    wanted: fc.subarray([...networks]),
    passing: fc.subarray([...networks].slice(0, 2)),
    vandal: fc.record({
      kind: fc.constantFrom('none' as const, 'lose' as const, 'double' as const, 'late' as const),
      at: fc.nat(40),
    }),
    docker: fc.constantFrom('there' as const, 'gone' as const),
  }),
  {minLength: 1, maxLength: 6},
);

const chain = 'GUESSERS';

function settingsOf({traffic, flatMax}: Step): ChainSettings {
  const former = traffics.filter((each) => each !== traffic);
  const spec = {chain, ...traffic, former};
  return {spec, family: 4, carrier: 'rules', flatMax, hookPlace: 'first'};
}

function spoil(kernel: FakeNetfilter, {vandal: {kind, at}, docker}: Step): void {
  kernel.behindOurBack((chains) => {
    if (docker === 'gone') chains.delete('DOCKER-USER');
    else if (!chains.has('DOCKER-USER')) chains.set('DOCKER-USER', []);
    const ours = [...chains.values()].filter((rules) => rules.length > 0);
    const rules = ours[at % Math.max(ours.length, 1)];
    if (rules === undefined || kind === 'none') return;
    const [rule] = rules.splice(at % rules.length, 1);
    if (kind === 'late') rules.push(rule!);
    if (kind === 'double') rules.push(rule!, rule!);
  });
}

/** All rules but jumps to sub-chains, wherever they stand. */
function rulesOf(kernel: FakeNetfilter): string[] {
  const found: string[] = [];
  kernel.behindOurBack((chains) => {
    for (const [name, rules] of chains) {
      const isOurs = name.startsWith(chain);
      for (const rule of rules) {
        if (/ -j GUESSERS-/.test(rule)) continue;
        found.push(isOurs ? rule : `${name}: ${rule}`);
      }
    }
  });
  return found.sort();
}

/** Told a second time, in the plainest way. */
function expected(kernel: FakeNetfilter, {traffic, wanted, passing}: Step): string[] {
  const {all, submissions} = matchesOf(traffic);
  const source = (network: string): string => (network.includes('/') ? network : `${network}/32`);
  const hooks = traffic.hooks.filter((name) => kernel.rules(name) !== undefined);
  return [
    ...all.flatMap((match) => hooks.map((name) => `${name}: ${match} -j ${chain}`)),
    ...all.flatMap((match) => wanted.map((each) => `-s ${source(each)} ${match} -j DROP`)),
    ...submissions.flatMap((match) =>
      passing.map((each) => `-s ${source(each)} ${match} -j RETURN`),
    ),
  ].sort();
}

test('whatever stood there, one plan makes it right, and the next is empty', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (walk) => {
      const kernel = new FakeNetfilter();
      kernel.behindOurBack((chains) => chains.set('FORWARD', []));
      for (const step of walk) {
        spoil(kernel, step);
        const backend = iptablesBackend(settingsOf(step));
        const desired = new Intent(4);
        for (const network of step.wanted) desired.set({network, untilMs: times.untilMs});
        desired.letPass(new Map(step.passing.map((network) => [network, times.untilMs])));
        const wish = {
          desired,
          unwanted: 'remove',
          changed: new Set<string>(),
          scope: 'all',
        } as const;
        const plan = async () => {
          const reading = await readPart(backend, kernel.run);
          if (reading.kind !== 'read') throw new Error(reading.why);
          return backend.plan({...wish, nowMs: times.nowMs}, reading.actual);
        };
        expect(await runAll((await plan()).calls, kernel.run)).toBeUndefined();
        expect(rulesOf(kernel)).toEqual(expected(kernel, step));
        expect((await plan()).calls).toEqual([]);
        // Who passes does so before anything drops.
        const root = kernel.rules(chain)!.map((rule) => rule.endsWith('RETURN'));
        expect(root).toEqual([...root].sort((a, b) => Number(b) - Number(a)));
        const reading = await readPart(backend, kernel.run);
        if (reading.kind !== 'read') throw new Error(reading.why);
        const {hooks} = step.traffic;
        const isHooked = hooks.some((name) => kernel.rules(name) !== undefined);
        expect(backend.standing(desired, reading.actual)).toBe(isHooked ? step.wanted.length : 0);
      }
      const last = iptablesBackend(settingsOf(walk.at(-1)!));
      expect(await removePart(last, kernel.run)).toEqual({kind: 'removed'});
      expect(rulesOf(kernel)).toEqual([]);
    }),
    {numRuns: 300},
  );
});
