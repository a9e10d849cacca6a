/** Trees of chains on the real kernel: how they read back, grow, shrink and heal. */
import {expect, test} from '@jest/globals';
import {toolOf} from '../../support/kernel/namespace.js';
import {addOthers} from '../../support/kernel/backends.js';
import {intentOf, spec} from '../../support/kernel/samples.js';
import {describeScenes, dump, expectRight, type Scene, start} from '../../support/kernel/scenes.js';
import {pool, wayTo} from './tree-samples.js';

const settings = {flatChainMax: 4};

const tool = ({namespace, family, variant}: Scene, ...words: readonly string[]): string =>
  namespace.run(toolOf(family, variant), words);

const chainsOf = (scene: Scene): string[] =>
  [...scene.namespace.list(scene.family).matchAll(/^:(SPAM_UNAME_GUESSERS\S*)/gm)].map(
    ([, name = '']) => name,
  );

describeScenes('a tree', ['iptables', 'iptables-legacy'], (scene) => {
  const {family} = scene;
  const all = [...intentOf(family, pool[family]).entries()].map(([network]) => network);

  test.each([
    ['tree', settings],
    ['deepTree', {flatChainMax: 0}],
  ] as const)('every mask of a %s reads back as it was written', async (layout, shape) => {
    addOthers(scene);
    const before = dump(scene);
    const running = start(scene, shape);
    await running.want(...all);
    await expectRight(scene, all, shape);
    expect(new Set(chainsOf(scene))).toEqual(
      new Set([
        ...['', '_2', '-e', '-fee'].map((end) => spec.chain + end),
        ...all.flatMap((text) => wayTo(text, layout)),
      ]),
    );
    expect(await running.firewall.stop('remove')).toBe('removed');
    expect(dump(scene)).toBe(before);
  });

  test('it grows above the most, and falls to a flat chain at half of it, each in one call', async () => {
    const running = start(scene, settings);
    const sizes: [number, number, number][] = [];
    await running.want();
    for (const size of [4, 5, 4, 3, 2, 3, 4, 5, 0]) {
      running.calls.length = 0;
      await running.want(...all.slice(0, size));
      await expectRight(scene, all.slice(0, size), settings, `size ${size}`);
      sizes.push([size, running.calls.length, Math.min(chainsOf(scene).length, 2)]);
    }
    expect(sizes.map(([size, , layout]) => `${size}${layout > 1 ? ' tree' : ''}`)).toEqual([
      '4',
      '5 tree',
      '4 tree',
      '3 tree',
      '2',
      '3',
      '4',
      '5 tree',
      '0',
    ]);
    expect(sizes.map(([, calls]) => calls)).toEqual(sizes.map(() => 1));
  });

  test('whatever another tool does to it, one check makes it good', async () => {
    const running = start(scene, settings);
    await running.want(...all);
    const one = all.find((network) => wayTo(network, 'tree').length === 2)!;
    const [top = '', bottom = ''] = wayTo(one, 'tree');
    const jump = (parent: string, to: string): string =>
      scene.namespace.list(family).match(new RegExp(`^-A ${parent} (-s \\S+ -j ${to})$`, 'm'))![1]!;
    const [first, second] = [jump(spec.chain, top), jump(top, bottom)].map((text) =>
      text.split(' '),
    );
    const drop = ['-p', 'tcp', '--dport', '25', '-j', 'DROP'];
    const acts: readonly (readonly [string, ...(readonly string[])[]])[] = [
      ['a jump is gone', ['-D', spec.chain, ...first!]],
      ['a lower jump is gone', ['-D', top, ...second!]],
      ['a jump stands twice', ['-A', spec.chain, ...first!]],
      ['a lower jump stands three times', ['-A', top, ...second!], ['-A', top, ...second!]],
      ['a sub-chain is empty', ['-F', bottom]],
      ['the chain is empty', ['-F', spec.chain]],
      ['a sub-chain is gone', ['-D', top, ...second!], ['-F', bottom], ['-X', bottom]],
      ['a rule stands in the wrong place too', ['-A', top, '-s', one, ...drop]],
      ['a rule stands in the chain itself too', ['-A', spec.chain, '-s', one, ...drop]],
      ['a rule has moved', ['-A', top, '-s', one, ...drop], ['-D', bottom, '-s', one, ...drop]],
      ['everything is gone', ['-F'], ['-X']],
    ];
    for (const [what, ...commands] of acts) {
      for (const words of commands) tool(scene, ...words);
      await running.firewall.check();
      await expectRight(scene, all, settings, what);
    }
    expect(running.firewall.enforced.get(family)!.repairs).toBe(acts.length);
  });
});
