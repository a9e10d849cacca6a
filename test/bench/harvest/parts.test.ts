/** The parts of the simulator: dice, clock, addresses, lists, relay. */
import {describe, expect, test} from '@jest/globals';
import {Allocation, v6} from './clients.js';
import {type Actor, run} from './clock.js';
import {Dice} from './dice.js';
import {dictionary, guessList, someUsers} from './lists.js';
import {dayMs, minuteMs, People} from './people.js';
import {type Defence, type Envelope, Relay} from './relay.js';

test('dice: the same words give the same throws, and neighbours other ones', () => {
  const throws = (...words: (string | number)[]): number[] => {
    const dice = new Dice(...words);
    return Array.from({length: 50}, () => dice.below(1000));
  };
  expect(throws(1, 'a')).toEqual(throws(1, 'a'));
  expect(throws(1, 'a')).not.toEqual(throws(2, 'a'));
  expect(throws(1, 'a', 1)).not.toEqual(throws(1, 'a', 2));
  const many = Array.from({length: 2000}, (_, n) => new Dice('x', n).next());
  expect(many.reduce((sum, each) => sum + each, 0) / many.length).toBeCloseTo(0.5, 1);
});

test('the clock wakes each actor in time, and calls each minute between', () => {
  const seen: string[] = [];
  const each = (name: string, everyMs: number): Actor => ({
    wake: (nowMs) => {
      seen.push(`${name} ${String(nowMs)}`);
      return nowMs + everyMs;
    },
  });
  const actors = [each('a', 50_000), each('b', 30_000)];
  run(actors, [0, 10_000], 0, 2 * minuteMs, (nowMs) => seen.push(`minute ${String(nowMs)}`));
  expect(seen).toEqual([
    'a 0',
    'b 10000',
    'b 40000',
    'a 50000',
    'minute 60000',
    'b 70000',
    'a 100000',
    'b 100000',
    'minute 120000',
  ]);
});

test('addresses: no two kinds share a network, and IPv6 is written as sendmail does', () => {
  const taken = new Set<number>();
  const [a, b] = ['a', 'b'].map((kind) => new Allocation(1, kind, taken));
  const networks = Array.from({length: 200}, (_, n) => (n % 2 === 0 ? a : b)!.apart().network(16));
  expect(new Set(networks).size).toBe(200);
  const client = v6(a!.slash48() + 1n);
  expect(client.network(32)).toBe('2001:db8::/32');
  expect(client.network(128)).toBe(client.address.text);
  expect(client.relay).toMatch(/^\[IPv6:2001:db8:[0-9a-f]+:0:0:0:0:1\]$/);
});

describe('people and lists', () => {
  const people = new People(3, 10, 0.9);

  test('a twentieth of all names are users, and some of them leave', () => {
    expect(people.users.length).toBeGreaterThan(6000);
    expect(people.users.length).toBeLessThan(7200);
    const gone = people.users.filter((name) => !people.takes(name, 10 * dayMs));
    expect(gone.length / people.users.length).toBeCloseTo(0.3, 1);
    for (const name of people.former.slice(0, 50)) expect(people.takes(name, 0)).toBe(false);
  });

  test('a list has each name once, and a dictionary its best names first', () => {
    const list = guessList(people, new Dice(1), 5000);
    const names = Array.from({length: list.length}, (_, index) => list.at(index));
    expect(new Set(names).size).toBe(5000);
    const words = dictionary(people, new Dice(1), 5000);
    const users = new Set(people.users);
    const hits = (from: number, until: number): number =>
      Array.from({length: until - from}, (_, n) => words.at(from + n)).filter((n) => users.has(n))
        .length;
    expect(hits(0, 500)).toBeGreaterThan(2 * hits(4000, 4500));
    expect(new Set(someUsers(people, new Dice(2), 300)).size).toBe(300);
  });

  test('an outage knows nobody', () => {
    const lost = new People(3, 10, 0, {fromMs: 5, untilMs: 10});
    const [user = ''] = lost.users;
    expect([4, 5, 9, 10].map((atMs) => lost.takes(user, atMs))).toEqual([true, false, false, true]);
    expect(lost.wasUser(user, 7)).toBe(true);
  });
});

describe('the relay', () => {
  const people = new People(3, 1, 0);
  const [user = ''] = people.users;
  const [nobody = '', another = ''] = people.strangers;

  test('answers, tells its defence, and ends the envelope of a client that is dropped', () => {
    const told: string[] = [];
    let isDropped = false;
    const defence: Defence = {
      name: 'told',
      drops: () => isDropped,
      refused: (_: Envelope, name) => {
        told.push(name);
        isDropped = told.length === 2;
      },
      ended: ({accepted, refused}, message) =>
        void told.push(
          `${message} ${String(accepted.length)} of ${String(accepted.length + refused)}`,
        ),
    };
    const relay = new Relay(people, defence);
    const client = new Allocation(1, 'x', new Set()).apart();
    const session = relay.connect(client, 0)!;
    session.mail('named', 'a@client.example', 0);
    expect(session.rcpt(user, 0)).toBe('taken');
    expect(session.rcpt(nobody, 0)).toBe('unknown');
    expect(session.rcpt(another, 0)).toBe('unknown');
    expect(session.rcpt(user, 0)).toBe('dropped');
    expect(session.data(0)).toBe('dropped');
    expect(relay.connect(client, 0)).toBeUndefined();
    expect(told).toEqual([nobody, another, 'none 1 of 3']);
    expect(session.answeredBytes).toBeGreaterThan(300 + 4 * 45);
  });
});
