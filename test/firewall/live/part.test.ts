/** One part of the kernel, once: how it is read, changed and removed. */
import {describe, expect, test} from '@jest/globals';
import type {Call, CallResult, Part} from '../../../src/firewall/backend.js';
import {
  mostReads,
  readPart,
  removalTries,
  removePart,
  runAll,
} from '../../../src/firewall/live/part.js';

const callOf = (program: string): Call => ({program, parameters: [], input: ''});
const done = (stdout = ''): CallResult => ({kind: 'done', stdout});

/** A part that is read in so many calls, and is what they printed. */
const partIn = (reads: number): Part<string> => ({
  name: 'chain X',
  read: (results) => {
    const bad = results.find((result) => result.kind !== 'done');
    if (bad !== undefined) return {kind: 'unreadable', why: bad.why};
    if (results.length < reads) return {kind: 'call', call: callOf('list')};
    return {
      kind: 'read',
      actual: results.map((result) => 'stdout' in result && result.stdout).join(),
    };
  },
  removal: (actual) => ({
    calls: actual === '' ? [] : [callOf('delete')],
    changes: new Map(),
    after: () => '',
  }),
});

/** Answers one after the other; then the last one for ever. */
function machine(...answers: readonly CallResult[]) {
  const programs: string[] = [];
  const run = (call: Call): Promise<CallResult> => {
    programs.push(call.program);
    return Promise.resolve(answers[programs.length - 1] ?? answers.at(-1)!);
  };
  return {run, programs};
}

describe('reading', () => {
  test.each([1, 2, mostReads])('takes as many calls as the part needs: %d', async (reads) => {
    const {run, programs} = machine(done('x'));
    const actual = Array<string>(reads).fill('x').join();
    expect(await readPart(partIn(reads), run)).toEqual({kind: 'read', actual});
    expect(programs).toHaveLength(reads);
  });

  test('a part that is never satisfied makes no more than the most calls', async () => {
    const {run, programs} = machine(done());
    await expect(readPart(partIn(Number.POSITIVE_INFINITY), run)).rejects.toThrow(
      'chain X is never read',
    );
    expect(programs).toHaveLength(mostReads);
  });

  test.each(['missing', 'failed'] as const)('tells why it cannot be read: %s', async (kind) => {
    const {run} = machine({kind, why: 'nft: no'});
    expect(await readPart(partIn(1), run)).toEqual({kind, why: 'nft: no'});
  });
});

describe('changing', () => {
  test('goes up to the first call that fails, and tells why', async () => {
    const {run, programs} = machine(done(), {kind: 'failed', why: 'refused'}, done());
    expect(await runAll(['a', 'b', 'c'].map(callOf), run)).toBe('refused');
    expect(programs).toEqual(['a', 'b']);
    expect(await runAll([], run)).toBeUndefined();
  });
});

describe('removing', () => {
  test('takes away what is there, reports what was not, and needs no program that is not there', async () => {
    expect(await removePart(partIn(1), machine(done('x')).run)).toEqual({kind: 'removed'});
    expect(await removePart(partIn(1), machine(done('')).run)).toEqual({kind: 'nothing'});
    const {run} = machine({kind: 'missing', why: 'nft: not found'});
    expect(await removePart(partIn(1), run)).toEqual({kind: 'nothing'});
  });

  test('reads anew for each try, and gives up after the last', async () => {
    const refused: CallResult = {kind: 'failed', why: 'refused'};
    const {run, programs} = machine(done('x'), refused, done('x'), done());
    expect(await removePart(partIn(1), run)).toEqual({kind: 'removed'});
    expect(programs).toEqual(['list', 'delete', 'list', 'delete']);
    const hopeless = machine(refused);
    expect(await removePart(partIn(1), hopeless.run)).toEqual({kind: 'failed', why: 'refused'});
    expect(hopeless.programs).toHaveLength(removalTries);
  });
});
