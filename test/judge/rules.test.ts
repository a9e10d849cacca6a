/** Rules that hold whatever clients do, and the error rates that the test promises. */
import {ClientScope} from '../../src/net/client-key.js';
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {Memory} from '../../src/judge/memory/memory.js';
import {emptyState} from '../../src/guard/state.js';
import {addressOf} from '../../src/net/address.js';
import {parseNetwork} from '../../src/net/network.js';
import {deliveredCredit} from '../../src/score/weights.js';
import {Random} from '../support/random.js';
import {day, hour, minute, rules, World} from './world.js';

const step = fc.record({
  what: fc.constantFrom('ask', 'ask', 'ask', 'again', 'deliver', 'renew', 'null', 'mail'),
  count: fc.integer({min: 1, max: 6}),
  waitMs: fc.constantFrom(0, 1000, minute, hour, day, 8 * day),
});

describe('property', () => {
  test('the score stays between the floor and the number of names; a verdict meets its bar', () => {
    fc.assert(
      fc.property(fc.array(step, {maxLength: 30}), (steps) => {
        const world = new World();
        const known = world.fresh(3);
        const dead = world.fresh(2);
        let asked = 0;
        for (const {what, count, waitMs} of steps) {
          world.wait(waitMs);
          const names = what === 'again' ? dead : world.fresh(count);
          if (what === 'deliver' || what === 'renew') {
            world.deliver(what === 'deliver' ? names : known);
          } else {
            asked += names.length;
            const sender = what === 'null' ? 'null' : 'named';
            const message = what === 'mail' ? 'taken' : 'none';
            for (const {because} of world.envelope({names, sender, message})) {
              if (because.rule === 'neighbours') continue;
              expect(because.score).toBeGreaterThanOrEqual(because.bar - 0.001);
              expect(because.seconds).toBeGreaterThanOrEqual(0);
            }
          }
          const {score, floor} = world.view() ?? {score: 0, floor: 0};
          expect(score).toBeGreaterThanOrEqual(Math.min(floor, -15));
          expect(score).toBeLessThanOrEqual(asked + 10);
        }
      }),
      {numRuns: 150},
    );
  });

  test('fewer names than the threshold in an hour never lead to a block, and repeats count nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(8), {maxLength: 60}), fc.nat(50), (picks, seed) => {
        const world = new World();
        const names = world.fresh(9);
        for (const pick of picks) {
          world.wait((seed % 50) * 1000);
          expect(world.envelope({names: [names[pick]!]}).length).toBe(0);
          if (world.nowMs > 0) expect(world.score()).toBeLessThanOrEqual(new Set(picks).size);
        }
        expect(world.score()).toBe(new Set(picks).size);
      }),
      {numRuns: 100},
    );
  });

  test('the order of names and their repeats does not matter', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7, 0, 3, 3, 7]), (picks) => {
        const world = new World();
        const names = world.fresh(8);
        for (const pick of picks) world.hear(names[pick]!);
        expect(world.score()).toBe(new Set(picks).size);
      }),
    );
  });
});

test('a row of names is one in thousands among the worst mailers, and met by every guesser', () => {
  const dice = new Random(7);
  const random = (): number => dice.below(1e6) / 1e6;
  const walk = (unknown: number, questions: number): boolean => {
    let score = 0;
    for (let i = 0; i < questions; i++) {
      score = random() < unknown ? score + 1 : Math.max(-10, score - deliveredCredit);
      if (score >= 10) return true;
    }
    return false;
  };
  const share = (unknown: number): number =>
    Array.from({length: 2000}).filter(() => walk(unknown, 200)).length / 2000;
  expect([share(0.95), share(0.3), share(0.15)]).toEqual([1, 0, 0]);
  // No record at all: the chance is about that of ten in a row.
  expect(share(0.5)).toBeLessThan(0.02);
});

test('a backup exchanger of long standing lives on names that it delivers again', () => {
  const dice = new Random(11);
  const world = new World();
  const users = world.fresh(300);
  for (let i = 0; i < 60; i++) {
    const today = Array.from({length: 20}, () => users[dice.below(users.length)]!);
    world.deliver(today);
    expect(rules(world.ask(world.fresh(8)))).toEqual([]);
    world.wait(day);
  }
});

test('no spiral: the backlog after a block does not lead to the next one', () => {
  const world = new World();
  world.deliver(world.fresh(10));
  const dead = world.fresh(30);
  expect(rules(world.ask(dead))).toEqual(['row']);
  world.wait(hour + minute);
  // The retries of what was refused, and what had waited.
  expect(world.ask(dead)).toEqual([]);
  world.deliver(world.fresh(30));
  for (let i = 0; i < 20; i++) {
    world.wait(hour);
    world.deliver(world.fresh(6));
    expect(world.ask(world.fresh(2))).toEqual([]);
  }
});

test('a dead list that is asked each day counts once', () => {
  const world = new World();
  world.deliver(world.fresh(5));
  const dead = world.fresh(15);
  for (let i = 0; i < 25; i++) {
    expect(world.ask(dead)).toEqual([]);
    world.wait(day);
  }
});

test('thousands of guesses of a client with a record fill no filter that would let them pass', () => {
  const world = new World();
  world.deliver(world.fresh(8));
  world.wait(day);
  world.deliver(world.fresh(8));
  let counted = 0;
  for (const name of world.fresh(3000)) {
    world.wait(minute);
    counted += world.hear(name).counted;
  }
  expect(counted).toBeGreaterThan(2800);
});

describe('pools', () => {
  const host = (i: number): ReturnType<typeof addressOf> => addressOf(4, BigInt(0xc0000200 + i));

  test('strangers never displace a client that delivers, and never its record', () => {
    const state = emptyState();
    const memory = new Memory(state, new ClientScope(64), {clients: 300, records: 100});
    for (let i = 0; i < 50; i++) {
      const slot = memory.add(host(i));
      for (let name = 1; name <= 4; name++) memory.noteDelivered(slot, 1000 * i + name, 1e6);
    }
    for (let i = 0; i < 5000; i++) {
      const slot = memory.add(addressOf(4, BigInt(0x0a000000 + i)));
      for (let name = 1; name <= 12; name++) memory.noteDeed(slot, name + i, 2e6 + i);
    }
    expect([...memory.mailers(parseNetwork('192.0.2.0/24')!)]).toHaveLength(50);
    for (let i = 0; i < 50; i++) expect(memory.find(host(i))).toBeDefined();
    expect(memory.counts().records).toBeLessThanOrEqual(100);
  });

  test('a client that is silent for 45 days is forgotten, and its record with it', () => {
    const state = emptyState();
    const memory = new Memory(state, new ClientScope(64), {clients: 300, records: 100});
    const slot = memory.add(host(1));
    for (let name = 1; name <= 4; name++) memory.noteDelivered(slot, name, 1e6);
    memory.sweep(1e6 + 45 * 86_400, 4 * 86_400);
    expect(memory.counts()).toEqual({clients: 1, records: 1});
    memory.sweep(1e6 + 45 * 86_400 + 1, 4 * 86_400);
    expect(memory.counts()).toEqual({clients: 0, records: 0});
  });
});
