/** Envelopes that are open: who is judged at once, who is not, and what padding buys. */
import {describe, expect, test} from '@jest/globals';
import {answered, newOpenEnvelope} from '../../src/judge/memory/open-envelope.js';
import type {BlockVerdict} from '../../src/judge/verdict.js';
import {client, day, rules, World} from './world.js';

const envelope = 'relay 1 E';
const greeting = 600;
/** A greeting and the answers to HELO and MAIL. Bytes. */
const shortGreeting = 320;
const accepts = 54;
const refusal = (name: string): number => name.length + 27;

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
  test.each([
    ['in clear text', 0],
    ['with TLS', 29],
  ])('a guesser is blocked at exactly the threshold, %s', (_, extra) => {
    const world = new World();
    const session = new Session(world, greeting + extra * 200);
    expect(session.ask(world.fresh(9), 0, extra)).toEqual([]);
    expect(rules(session.ask(world.fresh(1), 0, extra))).toEqual(['row']);
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

const prompt = {atMs: 1, readMs: 1};

test('the first refusal asked about when others behind it were answered: names accepted later still count', () => {
  const each = refusal('a@example.net');
  const ahead = 20;
  let open = newOpenEnvelope('203.0.113.7', 0);
  // 20 more are written when the machine is asked about the first; of those behind it, it is asked in time.
  open = answered(open, 'a@example.net', shortGreeting + (1 + ahead) * each, prompt);
  for (let count = 2; count <= 5; count++) {
    open = answered(open, 'a@example.net', shortGreeting + count * each, prompt);
  }
  expect(open.accepted).toBe(0);
  open = answered(open, 'a@example.net', shortGreeting + 6 * each + 10 * accepts, prompt);
  expect(open.accepted).toBeGreaterThanOrEqual(8);
});

test('answers that a pipelined batch holds back do not look like accepted names when they are written', () => {
  const each = refusal('a@example.net');
  let open = newOpenEnvelope('203.0.113.7', 0);
  // Each line is judged a moment after it was logged; 72 answers are written together.
  for (let count = 1; count <= 80; count++) {
    const atMs = count * 10;
    const written = count < 72 ? 0 : count;
    open = answered(open, 'a@example.net', shortGreeting + written * each, {
      atMs,
      readMs: atMs + 1,
    });
  }
  expect(open.accepted).toBeLessThanOrEqual(1);
});

describe('lines of a first batch, which all see the same number of bytes', () => {
  const each = refusal('a@example.net');
  const seenAt = (bytes: number, lines: number): (number | undefined)[] => {
    let open = newOpenEnvelope('203.0.113.7', 0);
    return Array.from({length: lines}, () => {
      open = answered(open, 'a@example.net', bytes, prompt);
      return open.accepted;
    });
  };

  test('show nothing while the mailer holds the answers back', () => {
    // The greeting, EHLO and MAIL are answered, and no recipient is.
    expect(seenAt(421, 10).slice(4)).toEqual(Array(6).fill(undefined));
  });

  test.each([
    ['no recipient was accepted', 0, 0],
    ['as many were accepted as refused', 10, 10],
    ['most were accepted', 60, 60],
  ])('show after a short greeting that %s', (_, accepted, seen) => {
    const bytes = shortGreeting + 10 * each + accepted * accepts;
    const last = seenAt(bytes, 10).at(-1) ?? -1;
    expect(last).toBeGreaterThanOrEqual(seen);
    expect(last).toBeLessThanOrEqual(seen * 1.1);
  });

  test('show too many accepted ones after a long greeting', () => {
    expect(seenAt(shortGreeting + 300 + 10 * each, 10).at(-1)).toBe(6);
  });
});

test('the count of a line that was read at once is kept, and nothing is known without bytes', () => {
  let open = newOpenEnvelope(client, 0);
  expect(answered(open, '<a@x>', undefined, prompt)).toMatchObject({
    accepted: undefined,
    lastMs: 1,
  });
  const seen = [600, 1600, 1650, 1600, 9000].map((bytes) => {
    open = answered(open, '<a@x>', bytes, prompt);
    return open.accepted ?? -1;
  });
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  expect(seen[0]).toBe(0);
});

describe('no accepted recipients are', () => {
  const names = new World().fresh(40);

  /** @param written how many answers the process has given when the line of each is read */
  const play = (
    written: (answers: number) => number,
    {lagMs, beganBytes = greeting}: {lagMs: number; beganBytes?: number},
    answeredFor?: 'others',
  ) => {
    let open = newOpenEnvelope(client, 0);
    return names.map((name, i) => {
      const bytes = beganBytes + written(i + 1) * refusal(name);
      open = answered(open, name, bytes, {atMs: 1, readMs: 1 + lagMs, answeredFor});
      return open.accepted;
    });
  };

  test('refusals whose lines are read a second late, once they are read', () => {
    // The first line at once, the next ones behind: forty are answered when the second one is read.
    const accepted = play((answers) => (answers === 1 ? 1 : 40), {lagMs: 1000});
    expect(accepted[1]).toBeGreaterThan(15);
    expect(accepted.at(-1)).toBe(0);
  });

  const padded = {lagMs: 5, beganBytes: greeting + 220 * accepts};

  test('recipients of an envelope before', () => {
    const accepted = play((answers) => answers, padded, 'others');
    expect(accepted).toEqual(names.map(() => 0));
  });

  test('but 220 in this envelope before the first refusal count', () => {
    const accepted = play((answers) => answers, padded);
    for (const count of accepted) expect(count).toBeGreaterThan(50);
  });

  test('lines of a second envelope that are read together tell nothing', () => {
    const accepted = play(() => 40, padded, 'others');
    expect(new Set(accepted.slice(2))).toEqual(new Set([undefined]));
  });
});
