/** Who was blocked by an accident of the memory, and who must not be; what one holder cannot bring about. */
import {describe, expect, test} from '@jest/globals';
import {goodInside} from '../../src/judge/mercy.js';
import {parseNetwork} from '../../src/net/network.js';
import {World} from './world.js';

const minute = 60_000;
const day = 86_400_000;

/** A day of a sender: so many names, of which each n-th is dead. */
function dayOf(world: World, names: number, each: number, send = true): number {
  let blocks = 0;
  for (let i = 1; i <= names; i++) {
    world.wait(day / names);
    if (i % each === 0) blocks += world.envelope({names: world.fresh(1)}).length;
    else if (send) world.deliver(world.fresh(1));
  }
  return blocks;
}

describe('a large sender', () => {
  test.each([
    [1500, 10],
    [5000, 50],
    [1000, 4],
  ])('of %i names a day, each %i-th of them dead, is not blocked', (names, each) => {
    const world = new World();
    let blocks = 0;
    for (let days = 0; days < 4; days++) blocks += dayOf(world, names, each);
    expect(blocks).toBe(0);
  });

  test('whose mail waits for a next host that is down is not blocked', () => {
    const world = new World();
    world.deliver(world.fresh(3));
    for (let i = 0; i < 600; i++) {
      world.wait(minute / 2);
      if (i % 50 === 49) expect(world.envelope({names: world.fresh(1)})).toEqual([]);
      else world.envelope({names: [], message: 'taken', accepted: 1});
    }
  });
});

test('a server that writes to two users passes through the block of its network', () => {
  const world = new World();
  for (let days = 0; days < 3; days++) {
    world.deliver(['<anna@example.net>', '<bert@example.net>'], '198.51.100.77');
    world.wait(day);
  }
  const network = parseNetwork('198.51.100.0/24');
  expect(network && [...goodInside(world.judge, network)]).toEqual(['198.51.100.77']);
});

test('mailers in a network of IPv6 pass its block, also those that came since the last one', () => {
  const world = new World({}, {clients: 400, records: 60});
  const network = parseNetwork('2001:db8:5:aa00::/56')!;
  const passing = (): string[] => [...goodInside(world.judge, network)].sort();
  const deliverFrom = (client: string): void => void world.deliver(world.fresh(3), client);
  for (let i = 0; i < 20; i++) deliverFrom(`2001:db8:${i.toString(16)}:aa01::1`);
  deliverFrom('203.0.113.5');
  expect(passing()).toEqual(['2001:db8:5:aa01::/64']);
  deliverFrom('2001:db8:5:aa02::1');
  // In its /48, but not in it; and once more the same client.
  deliverFrom('2001:db8:5:bb00::1');
  deliverFrom('2001:db8:5:aa02::2');
  expect(passing()).toEqual(['2001:db8:5:aa01::/64', '2001:db8:5:aa02::/64']);
  // More records than there may be: the oldest are gone.
  world.wait(2 * day);
  for (let i = 0; i < 300; i++) deliverFrom(`2001:db8:1${i.toString(16)}:aa01::1`);
  expect(passing()).toEqual([]);
  deliverFrom('2001:db8:5:aa03::1');
  expect(passing()).toEqual(['2001:db8:5:aa03::/64']);
});

test('one holder of many addresses makes no wave', () => {
  const world = new World();
  for (let i = 1; i <= 40; i++) {
    world.envelope({names: world.fresh(1), client: `198.51.100.${i}`});
    world.envelope({names: world.fresh(1), client: `2001:db8:77:${i.toString(16)}::1`});
    world.wait(5000);
  }
  expect(world.judge.wave.isOn(world.nowMs)).toBe(false);
});

test('after a clock that was ahead nobody is blocked for it, and nobody goes free', () => {
  const world = new World();
  world.deliver(world.fresh(4));
  world.wait(400 * day);
  world.deliver(world.fresh(4));
  world.ask(world.fresh(40), '203.0.113.99');
  world.nowMs -= 400 * day;
  world.judge.sweep(world.nowMs);
  for (let days = 0; days < 20; days++) expect(dayOf(world, 20, 5)).toBe(0);
  expect(world.ask(world.fresh(12), '203.0.113.99').length).toBeGreaterThan(0);
});
