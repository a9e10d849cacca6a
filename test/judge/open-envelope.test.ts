/** Envelopes that are open: who is judged at once, who is not, and what padding buys. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {
  answered,
  newOpenEnvelope,
  type OpenEnvelope,
} from '../../src/judge/memory/open-envelope.js';
import type {BlockVerdict} from '../../src/judge/verdict.js';
import {client, day, hour, minute, rules, World} from './world.js';

const envelope = 'relay 1 E';
/** A greeting and the answers to EHLO and MAIL. Bytes. */
const greeting = 421;
/** Both answers to a recipient: `250 2.1.5 …... Recipient ok` and `550 5.1.1 …... User unknown`. Bytes. */
const refusal = (name: string): number => name.length + 28;
const accepts = refusal('<name100@example.net>');

/** Asks the names after `padding` accepted ones each; the process has written what sendmail writes. */
class Session {
  readonly #world: World;
  #bytes = greeting;

  constructor(world: World, beganBytes = greeting) {
    this.#world = world;
    this.#bytes = beganBytes;
  }

  ask(names: readonly string[], padding: number, extra = 0): BlockVerdict[] {
    return names.flatMap((name) => {
      this.#bytes += padding * (accepts + extra) + refusal(name) + extra;
      const told = this.#world.hear(name, {envelope, answeredBytes: this.#bytes});
      return this.#world.punish(told.verdicts);
    });
  }
}

describe('where the process shows how much it has written', () => {
  test('a guesser is blocked at exactly the threshold', () => {
    const world = new World();
    const session = new Session(world);
    expect(session.ask(world.fresh(9), 0)).toEqual([]);
    expect(rules(session.ask(world.fresh(1), 0))).toEqual(['row']);
  });

  test('one with TLS at fifty names, or when the envelope ends: its handshake may be answers', () => {
    const [long, short] = [new World(), new World()];
    const [handshake, overhead] = [3500, 29];
    const session = new Session(long, greeting + handshake);
    expect(session.ask(long.fresh(49), 0, overhead)).toEqual([]);
    expect(rules(session.ask(long.fresh(1), 0, overhead))).toEqual(['row']);
    expect(new Session(short, greeting + handshake).ask(short.fresh(10), 0, overhead)).toEqual([]);
    expect(rules(short.end({envelope}))).toEqual(['row']);
  });

  test('a list of 500 with 25 dead names is not blocked, and owes nothing afterwards', () => {
    const world = new World();
    const good = world.fresh(475);
    expect(new Session(world).ask(world.fresh(25), 19)).toEqual([]);
    expect(world.end({envelope, message: 'taken', accepted: 475})).toEqual([]);
    world.deliver(good);
    expect(world.score()).toBe(-10);
  });

  test('its lines may be read late, many at once', () => {
    const world = new World();
    const answeredBytes = greeting + 475 * accepts + 25 * 45;
    for (const name of world.fresh(25)) {
      expect(world.hear(name, {envelope, answeredBytes}).verdicts).toEqual([]);
    }
  });

  test('it postpones, and earns nothing: without mail the end convicts', () => {
    const world = new World();
    expect(new Session(world).ask(world.fresh(25), 19)).toEqual([]);
    expect(rules(world.end({envelope, message: 'none', accepted: 475}))).toEqual(['row']);
  });

  test('padding buys fifty names, whatever it is', () => {
    const world = new World();
    const session = new Session(world);
    expect(session.ask(world.fresh(49), 50)).toEqual([]);
    expect(rules(session.ask(world.fresh(1), 50))).toEqual(['row']);
  });

  test('accepted recipients whose mail never arrives speak for four hours', () => {
    const world = new World();
    expect(world.envelope({names: world.fresh(12), message: 'taken', accepted: 100})).toEqual([]);
    expect(world.ask(world.fresh(1))).toEqual([]);
    world.wait(3 * 3_600_000);
    expect(world.ask(world.fresh(1))).toEqual([]);
    world.wait(3_600_000 + 60_000);
    expect(rules(world.ask(world.fresh(1)))).toEqual(['row']);
  });

  test('a client that was blocked within a week is judged at once', () => {
    const world = new World();
    world.ask(world.fresh(10));
    world.wait(3 * 3_600_000);
    expect(rules(new Session(world).ask(world.fresh(5), 50))).toEqual(['row']);
    world.wait(2 * day);
    expect(rules(new Session(world).ask(world.fresh(1), 50))).toEqual(['row']);
  });
});

describe('where no process shows it', () => {
  test('the row waits for the end of the envelope', () => {
    const world = new World();
    for (const name of world.fresh(30)) expect(world.hear(name, {envelope}).verdicts).toEqual([]);
    expect(rules(world.end({envelope}))).toEqual(['row']);
  });

  test('for fifty names at most', () => {
    const world = new World();
    const verdicts = world.fresh(50).flatMap((name) => world.hear(name, {envelope}).verdicts);
    expect(rules(verdicts)).toEqual(['row']);
  });

  test('a refusal outside of an envelope is judged at once', () => {
    const world = new World();
    const verdicts = world.fresh(10).flatMap((name) => world.hear(name).verdicts);
    expect(rules(verdicts)).toEqual(['row']);
  });
});

test('refusals that led to a block do not count again at the end of their envelope', () => {
  const world = new World();
  new Session(world).ask(world.fresh(10), 0);
  const before = world.score();
  expect(world.end({envelope, sender: 'null'})).toEqual([]);
  expect(world.score()).toBe(before);
});

test('envelopes that are pushed out postpone no more', () => {
  const world = new World();
  world.state.openEnvelopes.limitTo(1);
  new Session(world).ask(world.fresh(12), 9);
  expect(world.state.openEnvelopes.size).toBe(1);
  const other = {envelope: 'relay 2 F', answeredBytes: greeting};
  world.hear(world.fresh(1)[0]!, other, '192.0.2.1');
  expect(rules(world.ask(world.fresh(1)))).toEqual(['row']);
});

describe('while it is unknown what one envelope has accepted', () => {
  const other = 'relay 2 F';

  test.each([
    [
      'a refusal in another session',
      (world: World) => world.hear(world.fresh(1)[0]!, {envelope: other}).verdicts,
    ],
    ['a refusal outside of an envelope', (world: World) => world.hear(world.fresh(1)[0]!).verdicts],
    [
      'the end of another envelope',
      (world: World) => {
        world.hear(world.fresh(1)[0]!, {envelope: other});
        return world.end({envelope: other});
      },
    ],
  ])('%s blocks nobody, and its own end does', (_, act) => {
    const world = new World();
    for (const name of world.fresh(9)) world.hear(name, {envelope});
    expect(act(world)).toEqual([]);
    expect(rules(world.end({envelope}))).toEqual(['row']);
  });

  test('a guesser with a name in each of many sessions does not profit', () => {
    const world = new World();
    const verdicts = world
      .fresh(10)
      .flatMap((name, at) => world.hear(name, {envelope: `relay ${at} E`}).verdicts);
    expect(verdicts).toEqual([]);
    expect(rules(world.end({envelope: 'relay 9 E'}))).toEqual(['row']);
  });

  test('a daemon that starts again knows it', () => {
    const world = new World();
    for (const name of world.fresh(9)) world.hear(name, {envelope});
    const again = new World({}, undefined, world.state);
    expect(again.hear('<one@example.org>').verdicts).toEqual([]);
  });

  test('an envelope whose end never comes is waited for two hours', () => {
    const world = new World();
    for (const name of world.fresh(9)) world.hear(name, {envelope});
    world.wait(2 * hour);
    world.judge.sweep(world.nowMs);
    expect(world.ask(world.fresh(1))).toEqual([]);
    world.wait(minute);
    world.judge.sweep(world.nowMs);
    expect(rules(world.ask(world.fresh(1)))).toEqual(['row']);
  });

  test('an envelope that was pushed out is waited for no longer', () => {
    const world = new World();
    world.state.openEnvelopes.limitTo(1);
    for (const name of world.fresh(9)) world.hear(name, {envelope});
    world.hear(world.fresh(1)[0]!, {envelope: other}, '192.0.2.1');
    expect(rules(world.ask(world.fresh(1)))).toEqual(['row']);
  });
});

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
    expect(seen.slice(10)).toEqual(Array(8).fill(undefined));
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
