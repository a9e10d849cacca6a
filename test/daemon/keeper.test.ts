/** The firewall follows the wishes, whatever fails and whoever else writes to the kernel. */
import {afterEach, beforeEach, describe, expect, jest, test} from '@jest/globals';
import fc from 'fast-check';
import {Keeper, retryMs} from '../../src/daemon/keeper.js';
import type {ChainState} from '../../src/firewall/chain.js';
import {iptablesBackend} from '../../src/firewall/chain-backend.js';
import type {Block} from '../../src/firewall/block.js';
import {Intent} from '../../src/firewall/intent.js';
import type {LogLevel} from '../../src/log-level.js';
import {FakeNetfilter} from './support/fake-netfilter.js';

const chainName = 'GUESSERS';
const settings = {
  spec: {chain: chainName, port: 25},
  family: 4,
  carrier: 'rules',
  flatMax: 1000,
  hookPlace: 'first',
} as const;
const hook = `-p tcp -m tcp --dport 25 -j ${chainName}`;
const drop = (network: string): string => `-s ${network}/32 -p tcp -m tcp --dport 25 -j DROP`;
const addresses = (count: number): string[] =>
  Array.from({length: count}, (_, i) => `198.51.${100 + (i >> 8)}.${i & 255}`);

let said: [LogLevel, string][] = [];
let kernel = new FakeNetfilter();
let intent = new Intent(4);
let keeper: Keeper<ChainState>;

function make(): void {
  said = [];
  kernel = new FakeNetfilter();
  intent = new Intent(4);
  keeper = new Keeper(4, iptablesBackend(settings), intent, {
    run: kernel.run,
    say: (level, message) => said.push([level, message]),
    onStep: () => undefined,
  });
}

beforeEach(() => {
  jest.useFakeTimers();
  make();
});
afterEach(async () => {
  await keeper.stop();
  jest.useRealTimers();
});

const untilMs = Date.now() + 3_600_000;

/** From now on just these should stand. */
function want(...networks: string[]): Promise<void> {
  intent.replace(networks.map(blockOf));
  return keeper.enforce('remove');
}

const blockOf = (network: string): Block => ({
  ...{network, fromMs: 0, untilMs},
  ...{reason: 'asked for', origin: 'operator'},
});

const errors = (): string[] => said.filter(([level]) => level === 'error').map(([, text]) => text);
const standing = (): string[] => [...(kernel.rules(chainName) ?? [])].sort();

describe('what is wanted', () => {
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
  test('are told, tried again ever more rarely, and their end is told', async () => {
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
    expect(tries[0]).toBeLessThanOrEqual(retryMs.first);
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
    expect(Math.max(...pauses)).toBeLessThanOrEqual(retryMs.last + 100);
    expect(pauses.at(-1)).toBeGreaterThan(retryMs.last - 100);
    expect(errors().length).toBeLessThanOrEqual(kernel.calls.length);
    kernel.refuses = () => false;
    await jest.advanceTimersByTimeAsync(retryMs.last);
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
    await jest.advanceTimersByTimeAsync(retryMs.last);
    expect(standing()).toHaveLength(1);
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

type Move =
  | {do: 'want'; hosts: number[]}
  | {do: 'lose' | 'double' | 'foreign' | 'unhook' | 'drop' | 'late'; at: number}
  | {do: 'check'}
  | {do: 'wait'; ms: number};

const move: fc.Arbitrary<Move> = fc.oneof(
  fc.record({do: fc.constant('want' as const), hosts: fc.array(fc.nat(9), {maxLength: 8})}),
  fc.record({
    do: fc.constantFrom(
      'lose' as const,
      'double' as const,
      'foreign' as const,
      'unhook' as const,
      'drop' as const,
      'late' as const,
    ),
    at: fc.nat(9),
  }),
  fc.constant({do: 'check' as const}),
  fc.record({do: fc.constant('wait' as const), ms: fc.nat(400)}),
);

function interfere(kind: string, at: number): void {
  kernel.behindOurBack((chains) => {
    const rules = chains.get(chainName);
    if (kind === 'lose') rules?.splice(at % (rules.length || 1), 1);
    if (kind === 'double') rules?.push(drop(`192.0.2.${at}`));
    if (kind === 'foreign') rules?.push(drop(`203.0.113.${at}`));
    if (kind === 'unhook') chains.set('INPUT', []);
    if (kind === 'late') chains.get('INPUT')?.unshift('-j ACCEPT');
    if (kind === 'drop') {
      chains.set('INPUT', []);
      chains.delete(chainName);
    }
  });
}

test('property: after wishes, failures and foreign changes the kernel is as wanted after a check', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(move, {minLength: 1, maxLength: 25}),
      fc.array(fc.boolean(), {minLength: 1, maxLength: 12}),
      fc.nat(30),
      async (moves, refusals, takesMs) => {
        make();
        kernel.takesMs = takesMs;
        let count = 0;
        kernel.refuses = () => refusals[count++ % refusals.length] ?? false;
        let wanted: string[] = [];
        const started = [want()];
        for (const step of moves) {
          if (step.do === 'want') {
            wanted = [...new Set(step.hosts.map((host) => `192.0.2.${host}`))];
            started.push(want(...wanted));
          } else if (step.do === 'check') started.push(keeper.check());
          else if (step.do === 'wait') await jest.advanceTimersByTimeAsync(step.ms);
          else interfere(step.do, step.at);
        }
        kernel.refuses = () => false;
        const last = keeper.check();
        await jest.advanceTimersByTimeAsync(5000);
        await Promise.all([...started, last]);
        expect(standing()).toEqual(wanted.map(drop).sort());
        expect(kernel.rules('INPUT')?.[0]).toBe(hook);
        expect(kernel.rules('INPUT')?.filter((rule) => rule === hook)).toHaveLength(1);
        await keeper.stop();
        expect(jest.getTimerCount()).toBe(0);
      },
    ),
    {numRuns: 200},
  );
}, 20_000);
