/** The firewall follows the wishes, whatever fails, and whichever program also writes to the kernel. */
import {describe, expect, jest, test} from '@jest/globals';
import {retryPause} from '../../../src/firewall/live/keeper.js';
import {
  addresses,
  blockOf,
  chainName,
  drop,
  errors,
  hook,
  intent,
  keeper,
  kernel,
  newKeepers,
  said,
  standing,
  want,
} from './keeping.js';

newKeepers();

describe('a wanted block', () => {
  test('stands in a chain of its own, hooked in front', async () => {
    kernel.behindOurBack((chains) => chains.set('INPUT', ['-j ACCEPT']));
    await want('192.0.2.1', '192.0.2.2');
    expect(kernel.rules('INPUT')).toEqual([hook, '-j ACCEPT']);
    expect(standing()).toEqual([drop('192.0.2.1'), drop('192.0.2.2')]);
    await want('192.0.2.2');
    expect(standing()).toEqual([drop('192.0.2.2')]);
    expect(errors()).toEqual([]);
  });

  test('is left alone when it stands already: no restore at all', async () => {
    await want('192.0.2.1');
    const before = kernel.restores();
    await want('192.0.2.1');
    await keeper.check();
    expect(kernel.restores()).toBe(before);
  });

  test('a thousand wishes in a tick are at most two restores', async () => {
    const wishes = addresses(1000).map((network) => {
      intent.set(blockOf(network));
      return keeper.enforce('remove');
    });
    await Promise.all(wishes);
    expect(kernel.restores()).toBeLessThanOrEqual(2);
    expect(standing()).toHaveLength(1000);
  });

  test('a wish is fulfilled when its promise ends, also behind others', async () => {
    kernel.takesMs = 20;
    const first = want('192.0.2.1');
    await jest.advanceTimersByTimeAsync(30);
    const second = want('192.0.2.1', '192.0.2.9').then(() => {
      expect(standing()).toContain(drop('192.0.2.9'));
    });
    await jest.advanceTimersByTimeAsync(500);
    await Promise.all([first, second]);
  });
});

describe('changes behind our back', () => {
  test('a lost rule, a doubled rule, a lost hook and a late hook are repaired by check', async () => {
    await want('192.0.2.1', '192.0.2.2');
    for (const change of [
      (rules: string[]) => rules.splice(0, 1),
      (rules: string[]) => rules.push(drop('192.0.2.1')),
      (rules: string[]) => rules.push(drop('203.0.113.5')),
    ]) {
      kernel.behindOurBack((chains) => void change(chains.get(chainName) ?? []));
      await keeper.check();
      expect(standing()).toEqual([drop('192.0.2.1'), drop('192.0.2.2')]);
    }
    for (const input of [[], ['-j ACCEPT', hook], [hook, hook]]) {
      kernel.behindOurBack((chains) => chains.set('INPUT', input));
      await keeper.check();
      expect(kernel.rules('INPUT')?.[0]).toBe(hook);
      expect(kernel.rules('INPUT')?.filter((rule) => rule === hook)).toHaveLength(1);
    }
    kernel.behindOurBack((chains) => {
      chains.delete(chainName);
      chains.set('INPUT', []);
    });
    await keeper.check();
    expect(standing()).toHaveLength(2);
    expect(errors()).toEqual([]);
  });

  test('a lost rule that is to be deleted does not hold up the rest', async () => {
    await want('192.0.2.1', '192.0.2.2');
    kernel.behindOurBack((chains) => void chains.get(chainName)?.splice(0, 1));
    await want('192.0.2.2', '192.0.2.3');
    expect(standing()).toEqual([drop('192.0.2.2'), drop('192.0.2.3')]);
    expect(errors()).toEqual([]);
  });

  test('the administrator’s own rules in our chain stay', async () => {
    await want('192.0.2.1');
    const own = '-s 192.0.2.1/32 -j LOG';
    kernel.behindOurBack((chains) => void chains.get(chainName)?.push(own));
    await want();
    await keeper.check();
    expect(standing()).toEqual([own]);
  });

  test('a check that comes while a wish is under way does compare', async () => {
    await want('192.0.2.1');
    kernel.takesMs = 20;
    const wish = want('192.0.2.1', '192.0.2.2');
    await jest.advanceTimersByTimeAsync(5);
    kernel.behindOurBack((chains) => void chains.get(chainName)?.splice(0, 1));
    const check = keeper.check();
    await jest.advanceTimersByTimeAsync(500);
    await Promise.all([wish, check]);
    expect(standing()).toEqual([drop('192.0.2.1'), drop('192.0.2.2')]);
  });
});

describe('failures', () => {
  test('are logged, tried again ever more rarely, and their end is logged', async () => {
    kernel.refuses = () => true;
    await want('192.0.2.1');
    const tries: number[] = [];
    let calls = kernel.calls.length;
    for (let ms = 0; ms < 600_000; ms += 50) {
      await jest.advanceTimersByTimeAsync(50);
      if (kernel.calls.length > calls) tries.push(ms);
      calls = kernel.calls.length;
    }
    const pauses = tries.slice(1).map((ms, i) => ms - tries[i]!);
    expect(tries[0]).toBeLessThanOrEqual(retryPause.firstMs);
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
    expect(Math.max(...pauses)).toBeLessThanOrEqual(retryPause.lastMs + 100);
    expect(pauses.at(-1)).toBeGreaterThan(retryPause.lastMs - 100);
    expect(errors().length).toBeLessThanOrEqual(kernel.calls.length);
    kernel.refuses = () => false;
    await jest.advanceTimersByTimeAsync(retryPause.lastMs);
    expect(standing()).toEqual([drop('192.0.2.1')]);
    expect(said.filter(([, text]) => text.includes('in order again'))).toHaveLength(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('tries stay rare while new wishes come', async () => {
    kernel.refuses = () => true;
    for (const network of addresses(200)) {
      await want(network);
      await jest.advanceTimersByTimeAsync(10);
    }
    expect(kernel.calls.length).toBeLessThan(60);
    kernel.refuses = () => false;
    await jest.advanceTimersByTimeAsync(retryPause.lastMs);
    expect(standing()).toHaveLength(1);
  });

  test('of the first call only are nothing to speak of', async () => {
    let count = 0;
    kernel.refuses = () => count++ === 0;
    await want('192.0.2.1');
    expect(standing()).toEqual([drop('192.0.2.1')]);
    expect(errors()).toEqual([]);
  });

  test.each([0, 1])(
    'of every second call, from call %d on: it stands all the same',
    async (odd) => {
      let count = 0;
      kernel.refuses = () => count++ % 2 === odd;
      const wishes = [want('192.0.2.1')];
      for (const network of addresses(20)) {
        await jest.advanceTimersByTimeAsync(1000);
        intent.set(blockOf(network));
        wishes.push(keeper.enforce('remove'));
      }
      await jest.advanceTimersByTimeAsync(retryPause.lastMs * 20);
      await Promise.all(wishes);
      kernel.refuses = () => false;
      await jest.advanceTimersByTimeAsync(retryPause.lastMs);
      expect(standing()).toHaveLength(21);
      expect(new Set(standing()).size).toBe(21);
    },
  );

  test('a call that hangs until its time is over holds up wishes, and loses none', async () => {
    kernel.takesMs = 20_000;
    kernel.refuses = () => kernel.takesMs > 0;
    const wishes = [want('192.0.2.1')];
    await jest.advanceTimersByTimeAsync(10_000);
    for (const network of addresses(100)) {
      intent.set(blockOf(network));
      wishes.push(keeper.enforce('remove'));
    }
    wishes.push(keeper.check());
    expect(kernel.calls).toEqual(['list']);
    await jest.advanceTimersByTimeAsync(30_000);
    await Promise.all(wishes);
    expect(kernel.calls).toEqual(['list', 'list']);
    kernel.takesMs = 0;
    await jest.advanceTimersByTimeAsync(retryPause.firstMs);
    expect(standing()).toHaveLength(101);
  });

  test('a check or a wish while a try waits for its time asks nothing of the kernel', async () => {
    kernel.refuses = () => true;
    await want('192.0.2.1');
    const before = kernel.calls.length;
    await keeper.check();
    await want('192.0.2.1', '192.0.2.2');
    expect(kernel.calls).toHaveLength(before);
    kernel.refuses = () => false;
    await jest.advanceTimersByTimeAsync(retryPause.firstMs);
    expect(standing()).toEqual([drop('192.0.2.1'), drop('192.0.2.2')]);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('a try that throws is an error for those that wait, and the next wish begins another', async () => {
    kernel.refuses = () => {
      throw new Error('no such call');
    };
    await expect(want('192.0.2.1')).rejects.toThrow('no such call');
    kernel.refuses = () => false;
    await want('192.0.2.1');
    expect(standing()).toEqual([drop('192.0.2.1')]);
    expect(keeper.isInOrder).toBe(true);
  });

  test('every second batch refused: it stands all the same', async () => {
    let count = 0;
    kernel.refuses = (call) => call === 'restore' && count++ % 2 === 0;
    await want('192.0.2.1');
    await jest.advanceTimersByTimeAsync(60_000);
    expect(standing()).toEqual([drop('192.0.2.1')]);
  });
});

describe('the end', () => {
  test('stop during a call waits for it, and begins none', async () => {
    await want('192.0.2.1');
    kernel.takesMs = 20;
    kernel.refuses = () => true;
    const wish = want('192.0.2.2');
    await jest.advanceTimersByTimeAsync(5);
    const before = kernel.calls.length;
    let hasEnded = false;
    const stopped = keeper.stop().then(() => (hasEnded = true));
    const late = want('192.0.2.3');
    await jest.advanceTimersByTimeAsync(10);
    expect(hasEnded).toBe(false);
    await jest.advanceTimersByTimeAsync(60_000);
    await Promise.all([stopped, wish, late]);
    expect(kernel.calls).toHaveLength(before);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('stop leaves the rules, and nothing is done or planned afterwards', async () => {
    kernel.takesMs = 20;
    kernel.refuses = () => true;
    const wishes = [want('192.0.2.1')];
    await jest.advanceTimersByTimeAsync(15);
    wishes.push(want('192.0.2.1', '192.0.2.2'));
    await jest.advanceTimersByTimeAsync(85); // both have failed, and are to be tried again
    const stopped = keeper.stop();
    await jest.advanceTimersByTimeAsync(50);
    await Promise.all([stopped, ...wishes]);
    const before = kernel.calls.length;
    await jest.advanceTimersByTimeAsync(300_000);
    expect(kernel.calls.length).toBe(before);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('remove takes chain and hook away, though a call fails or another program interferes', async () => {
    await want('192.0.2.1');
    let refusals = 1;
    kernel.refuses = () => refusals-- > 0;
    await keeper.remove();
    expect(kernel.rules(chainName)).toBeUndefined();
    expect(kernel.rules('INPUT')).toEqual([]);
    await keeper.remove();
    expect(kernel.rules('INPUT')).toEqual([]);
  });

  test('a wish or a check after the end is not carried out', async () => {
    await want('192.0.2.1');
    await keeper.remove();
    await want('192.0.2.2');
    await keeper.check();
    expect(kernel.rules(chainName)).toBeUndefined();
  });
});
