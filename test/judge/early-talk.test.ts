/** Talk before the greeting: what it weighs by the setting, how often, and who is spared. */
import {describe, expect, test} from '@jest/globals';
import {address} from '../net/samples.js';
import {client, day, minute, World} from './world.js';

const early = (world: World, also: object = {}, from = client) =>
  world.hear('', {kind: 'pregreet', ...also}, from);
const later = (world: World, also: object = {}, from = client) =>
  world.hear('', {kind: 'earlyTraffic', ...also}, from);

test('off: one thing for ever, whichever line reports it', () => {
  const world = new World();
  expect(early(world).counted).toBe(1);
  expect(later(world).counted).toBe(0);
  world.wait(day);
  expect(early(world)).toMatchObject({counted: 0, score: 1});
});

describe('where it counts', () => {
  const fresh = (): World => new World({earlyTalk: 'counts'});

  test('three names for each act, however many witnesses it has', () => {
    const world = fresh();
    const envelope = 'relay 1 E1';
    expect(early(world, {envelope}).counted).toBe(3);
    expect(later(world, {envelope}).counted).toBe(0);
    world.wait(9 * minute);
    expect(early(world).counted).toBe(0);
    world.wait(minute);
    expect(early(world)).toMatchObject({counted: 3, score: 6});
  });

  test('the fourth act blocks a client that has delivered nothing, also inside of an envelope', () => {
    const world = fresh();
    const verdicts = [1, 2, 3, 4].map((each) => {
      world.wait(10 * minute);
      return early(world, {envelope: `relay ${each} E${each}`}).verdicts;
    });
    expect(verdicts.slice(0, 3)).toEqual([[], [], []]);
    expect(verdicts[3]).toMatchObject([{because: {rule: 'row', counts: {pregreet: 4}}}]);
  });

  test('it weighs one for a client with a record, once', () => {
    const world = fresh();
    for (let days = 0; days < 3; days++) {
      world.deliver(world.fresh(4));
      world.wait(day);
    }
    expect(world.view()?.standing).toBe('record');
    expect(early(world).counted).toBe(1);
    world.wait(day);
    expect([early(world).counted, later(world).counted]).toEqual([0, 0]);
  });

  test('the same for a host to which our users write', () => {
    const world = fresh();
    for (const senderHash of [1, 2]) {
      const also = {client: undefined, submitter: 'own', nextHost: address(client)} as const;
      world.deliver(['<x@example.org>'], client, {...also, senderHash});
    }
    world.wait(minute);
    expect(early(world).counted).toBe(1);
    world.wait(day);
    expect(early(world).counted).toBe(0);
  });

  test('it weighs nothing for a user of ours', () => {
    expect(early(fresh(), {submitter: 'own'})).toMatchObject({counted: 0, score: 0, verdicts: []});
  });

  test('clients of one /64 are one', () => {
    const world = fresh();
    expect(early(world, {}, '2001:db8::1').counted).toBe(3);
    expect(early(world, {}, '2001:db8::2').counted).toBe(0);
  });
});

describe('where it blocks', () => {
  test.each([10, 25])('a stranger is blocked at once, at a threshold of %d', (threshold) => {
    const world = new World({earlyTalk: 'blocks', threshold});
    expect(early(world).verdicts).toMatchObject([{because: {rule: 'row', score: threshold}}]);
  });

  test('a client with a record is not', () => {
    const world = new World({earlyTalk: 'blocks'});
    for (let days = 0; days < 3; days++) {
      world.deliver(world.fresh(4));
      world.wait(day);
    }
    for (let each = 0; each < 20; each++) {
      world.wait(10 * minute);
      expect(early(world).verdicts).toEqual([]);
    }
  });
});
