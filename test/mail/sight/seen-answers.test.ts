import {describe, expect, test} from '@jest/globals';
import {
  longestAnswerBytes,
  mostPlainBytes,
  mostProcesses,
  SeenAnswers,
  type ToldRefusal,
} from '../../../src/mail/sight/seen-answers.js';

const opening = 421;
const threshold = 10;
const cost = 28 + '<n0000@example.net>'.length;
const told = (changed: Partial<ToldRefusal> = {}): ToldRefusal => ({
  process: 'relay 7',
  client: '203.0.113.7',
  subject: '<anna@example.net>',
  writtenBytes: opening,
  doing: undefined,
  ...changed,
});
let names = 0;
/** Of lines with names that nobody has asked for before. */
const believed = (seen: SeenAnswers, lines: readonly Partial<ToldRefusal>[]): number =>
  lines.filter((line) => {
    const subject = `<n${String((names += 1)).padStart(4, '0')}@example.net>`;
    return seen.bearsOut(told({subject, ...line}));
  }).length;
const count = (length: number): number[] => Array.from({length}, (_, i) => i + 1);
const times = (count: number, line: Partial<ToldRefusal> = {}): Partial<ToldRefusal>[] =>
  Array.from({length: count}, () => line);

describe('a session that waits', () => {
  test('bears out none of the refusals against it', () => {
    expect(believed(new SeenAnswers(), times(40))).toBe(0);
  });

  test.each([mostPlainBytes, mostPlainBytes + 1, 5000, 1_000_000])(
    'is no row of names, whatever it has written: %d bytes',
    (writtenBytes) => {
      const lines = times(100).map((_, i) => ({
        writtenBytes,
        subject: `<${String.fromCharCode(97 + i)}@b>`,
      }));
      expect(believed(new SeenAnswers(), lines)).toBeLessThan(threshold);
    },
  );

  test.each([
    ['before and after it', 1],
    ['only after it', 0],
  ])('is no row of names when it has sent a message, with lines %s', (_, before) => {
    const seen = new SeenAnswers();
    const [waiting, message] = [opening + cost - 1, 3000];
    expect(believed(seen, times(before, {writtenBytes: waiting}))).toBe(0);
    const after = times(60, {writtenBytes: waiting + message});
    expect(believed(seen, after)).toBeLessThanOrEqual(1);
  });

  test('with answers that are longer than any to a recipient pays for one refusal', () => {
    const seen = new SeenAnswers();
    const looks = count(20).map((n) => ({writtenBytes: opening + n * (longestAnswerBytes + 1)}));
    expect(
      believed(
        seen,
        looks.flatMap((look) => times(10, look)),
      ),
    ).toBeLessThanOrEqual(20);
  });

  test('of another process, or of another client with the same pid, is another one', () => {
    const seen = new SeenAnswers();
    believed(seen, [{writtenBytes: 5000}, {writtenBytes: 5460}]);
    expect(believed(seen, times(40, {process: 'relay 8'}))).toBe(0);
    expect(believed(seen, times(40, {client: '192.0.2.1'}))).toBe(0);
    // With the same pid, and the same client: it has written less.
    expect(believed(seen, times(40, {writtenBytes: opening}))).toBe(0);
  });
});

describe('a guesser', () => {
  const guesses = (first: number): Partial<ToldRefusal>[] =>
    times(threshold).map((_, i) => ({writtenBytes: first + (i + 1) * cost}));

  test('is believed from the first name on', () => {
    expect(believed(new SeenAnswers(), guesses(opening))).toBe(threshold);
  });

  test('after TLS and a message too', () => {
    expect(believed(new SeenAnswers(), guesses(20_000))).toBe(threshold);
  });

  test('is believed where several of its lines are read at once', () => {
    const written = opening + 4 * cost;
    const lines = [...times(4, {writtenBytes: written}), ...guesses(written)];
    expect(believed(new SeenAnswers(), lines)).toBe(threshold + 4);
  });

  test('that does not wait for answers is seen at it', () => {
    expect(believed(new SeenAnswers(), times(50, {doing: 'recipients'}))).toBe(50);
  });

  test('is not hidden by lines that are not borne out', () => {
    const seen = new SeenAnswers();
    expect(believed(seen, times(1000))).toBe(0);
    expect(believed(seen, guesses(opening))).toBe(threshold);
  });

  test('is not hidden by one name that comes again and again', () => {
    const seen = new SeenAnswers();
    const lines = guesses(opening).flatMap((line) => [{...line, subject: '<a@example.net>'}, line]);
    expect(believed(seen, lines)).toBeGreaterThanOrEqual(threshold);
  });

  test('of a kernel that does not count is believed', () => {
    expect(believed(new SeenAnswers(), times(5, {writtenBytes: undefined}))).toBe(5);
  });
});

test('the processes are bounded: the oldest begins anew', () => {
  const seen = new SeenAnswers();
  const full = {writtenBytes: opening + cost};
  expect(believed(seen, [full, full])).toBe(1);
  for (let i = 0; i < mostProcesses; i++) seen.bearsOut(told({process: `other ${String(i)}`}));
  expect(believed(seen, [full])).toBe(1);
});
