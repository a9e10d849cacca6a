/** Envelopes that are open: who is judged at once, who is not, and what padding buys. */
import {describe, expect, test} from '@jest/globals';
import type {BlockVerdict} from '../../src/judge/verdict.js';
import {day, hour, minute, rules, World} from './world.js';

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

  test('a refusal of a neighbour in its IPv6 network, which is the same client, blocks nobody', () => {
    const world = new World();
    for (const name of world.fresh(9)) world.hear(name, {envelope}, '2001:db8:1:1::1');
    expect(world.hear('<one@example.org>', {}, '2001:db8:1:1::2').verdicts).toEqual([]);
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
