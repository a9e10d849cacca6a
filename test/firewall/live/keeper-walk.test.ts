/** Wishes, failures and other programs, in any order and at any time. */
import {expect, jest, test} from '@jest/globals';
import fc from 'fast-check';
import {
  chainName,
  drop,
  hook,
  keeper,
  kernel,
  make,
  newKeepers,
  standing,
  want,
} from './keeping.js';

newKeepers();

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
});
