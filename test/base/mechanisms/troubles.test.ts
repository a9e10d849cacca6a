import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {Troubles, mostTroubles} from '../../../src/base/mechanisms/troubles.js';
import type {LogLevel} from '../../../src/base/say.js';

/** Troubles, and what they have said. */
function bench(): {troubles: Troubles; said: [LogLevel, string][]} {
  const said: [LogLevel, string][] = [];
  return {troubles: new Troubles((level, message) => said.push([level, message])), said};
}

const action = fc.record({
  what: fc.constantFrom('begin', 'end', 'endSilently'),
  subject: fc.constantFrom('a', 'b', 'c'),
  message: fc.constantFrom('one', 'two'),
});

describe('Troubles', () => {
  test('logs a message that is new for its subject, and the end once', () => {
    fc.assert(
      fc.property(fc.array(action, {maxLength: 40}), (actions) => {
        const {troubles, said} = bench();
        const open = new Map<string, string>();
        const expected: [LogLevel, string][] = [];
        for (const {what, subject, message} of actions) {
          const before = open.get(subject);
          if (what === 'begin') {
            troubles.begin(subject, message, 'warning');
            if (before !== message) expected.push(['warning', message]);
            open.set(subject, message);
          } else {
            const over = what === 'end' ? 'over' : undefined;
            expect(troubles.end(subject, over)).toBe(before !== undefined);
            if (before !== undefined && over !== undefined) expected.push(['notice', over]);
            open.delete(subject);
          }
          for (const each of ['a', 'b', 'c']) expect(troubles.has(each)).toBe(open.has(each));
        }
        expect(said).toEqual(expected);
      }),
    );
  });

  test('is an error when it begins and a notice when it is over, unless the caller knows better', () => {
    const {troubles, said} = bench();
    troubles.begin('a', 'wrong');
    troubles.end('a', 'right');
    troubles.begin('a', 'wrong', 'info');
    troubles.end('a', 'right', 'debug');
    expect(said).toEqual([
      ['error', 'wrong'],
      ['notice', 'right'],
      ['info', 'wrong'],
      ['debug', 'right'],
    ]);
  });

  test('logs a subject again after it was pushed out; a subject that recurs is not pushed out', () => {
    const {troubles, said} = bench();
    troubles.begin('kept', 'wrong');
    troubles.begin('pushed out', 'wrong');
    for (let index = 1; index < mostTroubles; index += 1) {
      troubles.begin('kept', 'wrong');
      troubles.begin(String(index), 'wrong');
    }
    expect([troubles.has('kept'), troubles.has('pushed out')]).toEqual([true, false]);
    const before = said.length;
    troubles.begin('kept', 'wrong');
    troubles.begin('pushed out', 'wrong');
    expect(said.length).toBe(before + 1);
  });
});
