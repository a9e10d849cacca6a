import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {Complaints, mostComplaints} from '../../../src/base/mechanisms/complaints.js';
import type {LogLevel} from '../../../src/base/say.js';

/** Complaints, and what they have said. */
function bench(): {complaints: Complaints; said: [LogLevel, string][]} {
  const said: [LogLevel, string][] = [];
  return {complaints: new Complaints((level, message) => said.push([level, message])), said};
}

const action = fc.record({
  what: fc.constantFrom('begin', 'end', 'endSilently'),
  subject: fc.constantFrom('a', 'b', 'c'),
  message: fc.constantFrom('one', 'two'),
});

describe('Complaints', () => {
  test('a message is said when it is new for its subject, and the end once', () => {
    fc.assert(
      fc.property(fc.array(action, {maxLength: 40}), (actions) => {
        const {complaints, said} = bench();
        const open = new Map<string, string>();
        const expected: [LogLevel, string][] = [];
        for (const {what, subject, message} of actions) {
          const before = open.get(subject);
          if (what === 'begin') {
            complaints.begin(subject, message, 'warning');
            if (before !== message) expected.push(['warning', message]);
            open.set(subject, message);
          } else {
            const over = what === 'end' ? 'over' : undefined;
            expect(complaints.end(subject, over)).toBe(before !== undefined);
            if (before !== undefined && over !== undefined) expected.push(['notice', over]);
            open.delete(subject);
          }
          for (const each of ['a', 'b', 'c']) expect(complaints.has(each)).toBe(open.has(each));
        }
        expect(said).toEqual(expected);
      }),
    );
  });

  test('is an error when it begins and a notice when it is over, unless the caller knows better', () => {
    const {complaints, said} = bench();
    complaints.begin('a', 'wrong');
    complaints.end('a', 'right');
    complaints.begin('a', 'wrong', 'info');
    complaints.end('a', 'right', 'debug');
    expect(said).toEqual([
      ['error', 'wrong'],
      ['notice', 'right'],
      ['info', 'wrong'],
      ['debug', 'right'],
    ]);
  });

  test('a subject that was pushed out is said once more; what is complained of again is not pushed out', () => {
    const {complaints, said} = bench();
    complaints.begin('kept', 'wrong');
    complaints.begin('pushed out', 'wrong');
    for (let index = 1; index < mostComplaints; index += 1) {
      complaints.begin('kept', 'wrong');
      complaints.begin(String(index), 'wrong');
    }
    expect([complaints.has('kept'), complaints.has('pushed out')]).toEqual([true, false]);
    const before = said.length;
    complaints.begin('kept', 'wrong');
    complaints.begin('pushed out', 'wrong');
    expect(said.length).toBe(before + 1);
  });
});
