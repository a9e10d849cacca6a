/** How many recipients of an open envelope may be accepted, by the bytes that the mailer has written. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {
  answered,
  newOpenEnvelope,
  type OpenEnvelope,
} from '../../src/judge/memory/open-envelope.js';
import {client, World} from './world.js';

const envelope = 'relay 1 E';
/** A greeting and the answers to EHLO and MAIL. Bytes. */
const greeting = 421;
/** Both answers to a recipient: `250 2.1.5 …... Recipient ok` and `550 5.1.1 …... User unknown`. Bytes. */
const refusal = (name: string): number => name.length + 28;
const accepts = refusal('<name100@example.net>');

/** Refusals of `<a@example.net>`, each with the bytes written when it is asked about; undefined: it is not. */
function accepted(
  written: readonly (number | undefined)[],
  from?: OpenEnvelope,
): (number | undefined)[] {
  let open = from ?? newOpenEnvelope(client, 0);
  return written.map((answeredBytes) => {
    const seen = answeredBytes === undefined ? undefined : {answeredBytes, unreadBytes: 0};
    open = answered(open, '<a@example.net>', seen, 1);
    return open.accepted;
  });
}
const each = refusal('<a@example.net>');
const count = (length: number): number[] => Array.from({length}, (_, i) => i + 1);

describe('how many recipients may be accepted', () => {
  test('is unknown after one question, and known after a second one', () => {
    expect(accepted([greeting + each, greeting + 2 * each])).toEqual([undefined, 0]);
  });

  test('is known after one question to a process that waits for a command, also when its lines are read late', () => {
    let open = newOpenEnvelope(client, 0);
    const written = greeting + 20 * accepts + 12 * each;
    for (let line = 1; line <= 12; line++) {
      const unreadBytes = (12 - line) * each;
      const seen = {answeredBytes: written - unreadBytes, unreadBytes, written: 'all'} as const;
      open = answered(open, '<a@example.net>', seen, 1);
      expect(open.accepted).toBeGreaterThan(12);
    }
    expect(open.accepted).toBeLessThanOrEqual(20);
  });

  test('is unknown where the process has written less than the refusals take, although it waits', () => {
    let open = newOpenEnvelope(client, 0);
    const seen = count(12).map(() => {
      const bytes = {answeredBytes: greeting, unreadBytes: 0, written: 'all'} as const;
      open = answered(open, '<a@example.net>', bytes, 1);
      return open.accepted;
    });
    expect(seen.slice(0, 4)).toEqual(Array(4).fill(0));
    expect(seen.slice(8)).toEqual(Array(4).fill(undefined));
  });

  test('is unknown where a question was not asked, or in vain', () => {
    const bytes = [greeting + each, greeting + 2 * each, undefined, greeting + 4 * each];
    expect(accepted(bytes)).toEqual([undefined, 0, undefined, 0]);
  });

  test.each([421, 700, 860, 1500, 4500, 8000])(
    'is unknown while the mailer holds its answers back, after an opening of %d bytes',
    (opening) => {
      const seen = accepted([opening, ...Array<undefined>(6), ...Array<number>(42).fill(opening)]);
      expect(new Set(seen)).toEqual(new Set([undefined]));
    },
  );

  test('is unknown again where a client begins to send without waiting', () => {
    const waited = count(8).map((answers) => greeting + answers * each);
    const seen = accepted([...waited, ...Array<number>(10).fill(greeting + 8 * each)]);
    expect(seen.slice(1, 8)).toEqual(Array(7).fill(0));
    expect(seen.slice(9)).toEqual(Array(9).fill(undefined));
  });

  test.each([
    ['short', '<ab@cd.de>'],
    ['usual', '<member1000@example.net>'],
  ])('includes those before the first refusal and between, with %s names', (_, name) => {
    const size = refusal(name);
    let open = newOpenEnvelope(client, 0);
    for (let dead = 1; dead <= 9; dead++) {
      const answeredBytes = greeting + (60 + 2 * dead) * size + dead * size;
      open = answered(open, name, {answeredBytes, unreadBytes: 0}, 1);
    }
    expect(open.accepted).toBeGreaterThan(60 + 2 * 9 - 6);
    expect(open.accepted).toBeLessThanOrEqual(60 + 2 * 9);
  });

  test('long refused names do not make them fewer', () => {
    const name = `<${'x'.repeat(200)}@example.net>`;
    let open = newOpenEnvelope(client, 0);
    for (let dead = 1; dead <= 9; dead++) {
      const answeredBytes = greeting + 40 * accepts + dead * refusal(name);
      open = answered(open, name, {answeredBytes, unreadBytes: 0}, 1);
    }
    expect(open.accepted).toBeGreaterThan(30);
  });

  test('includes what an earlier envelope of the session took', () => {
    const bytes = count(10).map((answers) => greeting + 40 * accepts + answers * each);
    expect(accepted(bytes).at(-1)).toBeGreaterThan(30);
  });

  test('is the same for lines that were read together, and needs a question more', () => {
    let open = newOpenEnvelope(client, 0);
    const read = (lines: number, writtenBytes: number): (number | undefined)[] =>
      count(lines).map((line) => {
        const unreadBytes = (lines - line) * each;
        const seen = {answeredBytes: writtenBytes - unreadBytes, unreadBytes};
        open = answered(open, '<a@example.net>', seen, 1);
        return open.accepted;
      });
    expect(read(12, greeting + 12 * each)).toEqual(Array(12).fill(undefined));
    expect(read(5, greeting + 17 * each)).toEqual(Array(5).fill(0));
  });

  test('is unknown about a process that is halted, until it goes on', () => {
    const halted = greeting + 20 * each;
    const bytes = [
      ...Array<number>(20).fill(halted),
      ...count(5).map((more) => halted + more * each),
    ];
    const seen = accepted(bytes);
    expect(seen.slice(0, 20)).toEqual(Array(20).fill(undefined));
    expect(seen.at(-1)).toBe(0);
  });

  test('is unknown of another process with the same number', () => {
    expect(accepted([5000, 5000 + each, 400])).toEqual([undefined, expect.any(Number), undefined]);
  });

  test('is unknown of an envelope that an earlier version saved', () => {
    const {askedBytes, askedRefusedBytes, writes, ...saved} = newOpenEnvelope(client, 0);
    expect([askedBytes, askedRefusedBytes, writes]).toEqual([undefined, undefined, undefined]);
    expect(
      accepted([greeting + each], {...saved, accepted: 0, answers: 3, refusedBytes: 120}),
    ).toEqual([undefined]);
  });
});

describe('a list at its first contact is not blocked, in whatever order', () => {
  /** How many more dead names than live ones a list may have: the opening hides some of the live ones. */
  const most = 3;

  interface List {
    readonly live: readonly boolean[];
    readonly opening: number;
    readonly overhead: number;
    readonly length: number;
    /** The answers are written in pieces of so many bytes, as for a pipelined batch; 1: at once. */
    readonly heldBytes: number;
    /** Answers that are not written yet when the kernel is asked. */
    readonly late: readonly (0 | 1)[];
  }
  const lists = fc.record<List>({
    live: fc.array(fc.boolean(), {minLength: 10, maxLength: 120}),
    opening: fc.integer({min: greeting, max: 6000}),
    overhead: fc.constantFrom(0, 22, 29),
    length: fc.integer({min: 9, max: 80}),
    heldBytes: fc.constantFrom(1, 1, 4096),
    late: fc.array(fc.constantFrom<0 | 1>(0, 1), {minLength: 120, maxLength: 120}),
  });

  test('as long as its dead names are hardly more than the live ones', () => {
    fc.assert(
      fc.property(lists, ({live, opening, overhead, length, heldBytes, late}) => {
        const world = new World();
        let [bytes, more, dead] = [0, 0, 0];
        for (const [at, isLive] of live.entries()) {
          const name = `<${String(at).padStart(length - 5, 'x')}@x.y>`;
          const answer = refusal(name) + overhead;
          bytes += answer;
          more += isLive ? -1 : 1;
          if (isLive) continue;
          dead += 1;
          if (more > most || dead >= 50) return;
          const isAsked = dead === 1 || dead >= 8;
          const written =
            heldBytes === 1 ? bytes - late[at]! * answer : bytes - (bytes % heldBytes);
          const answeredBytes = isAsked ? opening + written : undefined;
          expect(world.hear(name, {envelope, answeredBytes}).verdicts).toEqual([]);
        }
      }),
    );
  });
});
