/** What many wishes cost, and what a keeper tells of the kernel. */
import {describe, expect, jest, test} from '@jest/globals';
import {Keeper, retryPause} from '../../../src/firewall/live/keeper.js';
import {iptablesBackend} from '../../../src/blocks/chain/backend.js';
import {Intent} from '../../../src/blocks/intent.js';
import {keeping} from '../../support/kernel/samples.js';
import {
  addresses,
  blockOf,
  chainName,
  drop,
  intent,
  keeper,
  kernel,
  make,
  newKeepers,
  said,
  settings,
  standing,
  want,
} from './keeping.js';

newKeepers();

describe('many wishes', () => {
  test('1,000 verdicts while a call is under way are one more call', async () => {
    await want('192.0.2.1');
    kernel.takesMs = 20;
    const first = want('192.0.2.1', '192.0.2.2');
    await jest.advanceTimersByTimeAsync(5);
    const before = kernel.calls.length;
    const wishes = addresses(1000).map((network) => {
      intent.set(blockOf(network));
      return keeper.enforce('remove');
    });
    await jest.advanceTimersByTimeAsync(100);
    await Promise.all([first, ...wishes]);
    expect(kernel.calls.slice(before)).toEqual(['restore']);
    expect(standing()).toHaveLength(1002);
  });

  test('a wish that comes just when another call ends is not lost', async () => {
    for (let turns = 0; turns < 60; turns++) {
      make();
      const first = want('192.0.2.1');
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      intent.set(blockOf('192.0.2.2'));
      await keeper.enforce('remove');
      expect([turns, ...standing()]).toEqual([turns, drop('192.0.2.1'), drop('192.0.2.2')]);
      await first;
    }
  });

  test('a check at any moment of a try reads the kernel after it', async () => {
    for (let turns = 0; turns < 60; turns++) {
      make();
      await want('192.0.2.1');
      const wish = want('192.0.2.1', '192.0.2.2');
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      kernel.behindOurBack((chains) => void chains.get(chainName)?.splice(0, 1));
      await keeper.check();
      expect([turns, ...standing()]).toEqual([turns, drop('192.0.2.1'), drop('192.0.2.2')]);
      await wish;
    }
  });

  test('kept rules go as soon as they are to be removed, unasked', async () => {
    await want('192.0.2.1', '192.0.2.2', '192.0.2.3');
    const known = new Intent(4);
    for (const last of [2, 3]) known.set(blockOf(`192.0.2.${last}`));
    const next = new Keeper(keeping(iptablesBackend(settings), known), {
      ...{run: kernel.run, say: () => undefined},
    });
    await next.enforce('keep');
    expect(standing()).toHaveLength(3);
    // What is lifted meanwhile is not what may be wanted again.
    known.delete('192.0.2.3');
    await next.enforce('keep');
    expect(standing()).toEqual([drop('192.0.2.1'), drop('192.0.2.2')]);
    await next.enforce('remove');
    expect(standing()).toEqual([drop('192.0.2.2')]);
    await next.stop();
  });
});

describe('the figures', () => {
  const figures = () => {
    const {wanted, standing, repairs, failure} = keeper.enforced;
    return {wanted, standing, repairs, failure};
  };
  const good = {failure: undefined, repairs: 0};

  test('before anything is known nothing stands', () => {
    intent.set(blockOf('192.0.2.1'));
    expect(keeper.enforced).toEqual({...good, wanted: 1, standing: 0, readMs: undefined});
    expect(keeper.isInOrder).toBe(false);
  });

  test('rules that stand, also of wishes that came after the kernel was read', async () => {
    await want('192.0.2.1');
    expect(keeper.enforced).toEqual({...good, wanted: 1, standing: 1, readMs: Date.now()});
    await want('192.0.2.1', '192.0.2.2');
    expect(figures()).toEqual({...good, wanted: 2, standing: 2});
    await want();
    expect(figures()).toEqual({...good, wanted: 0, standing: 0});
  });

  test('a repair is counted and logged, the first order is no repair', async () => {
    await want('192.0.2.1');
    expect(said.map(([level]) => level)).toEqual(['info']);
    kernel.behindOurBack((chains) => chains.set('INPUT', []));
    await keeper.check();
    await keeper.check();
    expect(figures()).toEqual({...good, wanted: 1, standing: 1, repairs: 1});
    expect(said.slice(1)).toEqual([
      ['warning', 'IPv4 firewall: bringing it in order: insertHook 1'],
    ]);
  });

  test('a repair that is undone at once is not believed: the figures tell, each check tries', async () => {
    await want('192.0.2.1', '192.0.2.2');
    // As another program does that writes its own rules whenever it sees ours.
    kernel.onRestored = () => kernel.behindOurBack((chains) => chains.get(chainName)?.splice(0, 1));
    kernel.behindOurBack((chains) => chains.get(chainName)?.splice(0, 1));
    for (let repairs = 1; repairs < 4; repairs++) {
      const before = kernel.calls.length;
      await keeper.check();
      expect(figures()).toEqual({...good, wanted: 2, standing: 1, repairs});
      expect(kernel.calls.slice(before)).toEqual(['list', 'restore', 'list']);
    }
    kernel.onRestored = () => undefined;
    await keeper.check();
    expect(figures()).toEqual({...good, wanted: 2, standing: 2, repairs: 4});
  });

  test('while the firewall fails they tell what was seen last, and why', async () => {
    await want('192.0.2.1', '192.0.2.2');
    kernel.behindOurBack((chains) => chains.get(chainName)?.splice(0, 1));
    kernel.refuses = (errand) => errand === 'restore';
    await keeper.check();
    expect(figures()).toMatchObject({wanted: 2, standing: 1, failure: 'restore refused'});
    expect(keeper.isInOrder).toBe(false);
    kernel.refuses = () => false;
    await jest.advanceTimersByTimeAsync(retryPause.firstMs);
    expect(figures()).toMatchObject({wanted: 2, standing: 2, failure: undefined});
    expect(keeper.isInOrder).toBe(true);
  });
});
