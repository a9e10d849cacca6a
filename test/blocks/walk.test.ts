/** Anything we want and anything others do, in any order, on the real kernel: one check, and it is right. */
import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import type {Block} from '../../src/blocks/block.js';
import {Intent} from '../../src/blocks/intent.js';
import type {Family} from '../../src/net/address.js';
import {addOthers} from '../support/kernel/backends.js';
import {
  allPlaces,
  blockOf,
  describeScenes,
  dump,
  expectRight,
  hosts,
  nets,
  type Scene,
  start,
} from '../support/kernel/scenes.js';
import {pool} from './chain/tree-samples.js';
import {type Vandal, vandalsOf} from '../support/kernel/vandals.js';

const settings = {flatChainMax: 4};

/** These change what belongs to others too. */
const reckless = /everything|whole ruleset|ACCEPT|puts rules of/;

interface Turn {
  /** What should stand from now on; undefined: the same as before. */
  readonly wanted: readonly string[] | undefined;
  /** Who passes through all networks of these. */
  readonly except: readonly string[];
  readonly acts: readonly number[];
}

const turns = (family: Family): fc.Arbitrary<Turn[]> => {
  const networks = [...new Set([...hosts[family], nets[family], ...pool[family]])];
  return fc.array(
    fc.record({
      wanted: fc.option(fc.subarray(networks), {nil: undefined}),
      except: fc.oneof(fc.constant([]), fc.subarray(networks, {maxLength: 3})),
      acts: fc.array(fc.nat(100), {maxLength: 3}),
    }),
    {minLength: 1, maxLength: 5},
  );
};

/** @returns blocks, those of networks with holes in them */
const blocksOf = ({wanted = [], except}: Turn): Block[] =>
  wanted.map((text) => ({...blockOf(text), except: text.includes('/') ? except : []}));

/** The networks that should stand as rules. */
function rulesFor(family: Family, blocks: readonly Block[]): string[] {
  const intent = new Intent(family);
  intent.replace(blocks);
  return [...intent.entries()].map(([network]) => network);
}

/** One that finds nothing to spoil has done nothing. */
function spoil(scene: Scene, [, act]: Vandal): void {
  try {
    act(scene);
  } catch {
    // No such rule, element or set.
  }
}

describeScenes('a random walk', allPlaces, (scene) => {
  const {family} = scene;
  const vandals = vandalsOf(scene).filter(([what]) => !reckless.test(what));

  test('ends with just the wanted rules, and others’ rules as they were', async () => {
    addOthers(scene);
    const before = dump(scene);
    await fc.assert(
      fc.asyncProperty(turns(family), async (all) => {
        const running = start(scene, settings);
        let wanted: readonly string[] = [];
        await running.want();
        for (const turn of all) {
          if (turn.wanted !== undefined) {
            const blocks = blocksOf(turn);
            wanted = rulesFor(family, blocks);
            running.firewall.replace(blocks);
            await running.firewall.enforce('remove');
          }
          for (const at of turn.acts) spoil(scene, vandals[at % vandals.length]!);
          await running.firewall.check();
          await expectRight(scene, wanted, settings);
        }
        expect(running.said.filter(([level]) => level === 'error')).toEqual([]);
        expect(await running.firewall.stop('remove')).toBe('removed');
        expect(dump(scene)).toBe(before);
      }),
      {numRuns: 5, endOnFailure: true},
    );
  });
});
