/** What clients of earlier versions begin with. */
import {describe, expect, test} from '@jest/globals';
import {hashOf} from '../../src/base/hash.js';
import {seedOf, takeOver} from '../../src/judge/memory/take-over.js';
import {deliveredCredit} from '../../src/score/weights.js';
import {day, hour, rules, second, startMs, World} from './world.js';

const offender = {
  score: 8,
  scoredMs: startMs - hour,
  counted: ['anna', 'bert'].map((name) => hashOf(`unknownRecipient <${name}@example.net>`)),
  firstMs: startMs - day,
  blocks: 2,
  blockedUntilMs: startMs - hour,
};
const sender = {firstMinute: (startMs - 3 * day) / 60_000, lastMinute: (startMs - day) / 60_000};

describe('seedOf', () => {
  test('an offender: half of the bar at most, its blocks, and its counts', () => {
    expect(seedOf(offender, undefined)).toMatchObject({
      score: 5,
      blocks: 2,
      rung: 1,
      blockedUntilSec: (startMs - hour) / 1000,
      delivered: 0,
      lastDeliverySec: 0,
    });
    expect(seedOf(offender, undefined).hashes).toHaveLength(2);
    expect(seedOf({...offender, score: 1.5}, undefined).score).toBe(1.5);
  });

  test('a good sender: as one that has delivered to three names', () => {
    const seed = seedOf(undefined, sender);
    expect(seed).toMatchObject({delivered: 3, days: 2, blocks: 0});
    expect(seed.score).toBeCloseTo(-3 * deliveredCredit);
  });
});

describe('takeOver', () => {
  const rows = (name: 'offenders' | 'senders'): [string, unknown][] =>
    name === 'offenders'
      ? [
          ['203.0.113.7', offender],
          ['2001:db8::1', {...offender, blocks: 3}],
          ['2001:db8::2', {...offender, blocks: 1}],
          ['198.51.100.0/24', offender],
        ]
      : [['192.0.2.10', sender]];
  const taken = (): World => {
    const world = new World();
    takeOver(64)(rows, world.state);
    return world;
  };

  test('each client is there; addresses of one /64 are one, as the worst of them', () => {
    const world = taken();
    expect(world.state.clients.size).toBe(3);
    expect(world.view('203.0.113.7')).toMatchObject({score: 5, blocks: 2});
    expect(world.view('2001:db8::9')).toMatchObject({blocks: 3});
    expect(world.view('192.0.2.10')).toMatchObject({standing: 'mailer', delivered: 3});
  });

  test('names that were counted count no more; a row goes on', () => {
    const world = taken();
    world.wait(second);
    expect(world.ask(['<anna@example.net>', '<BERT@example.net>'])).toEqual([]);
    expect(world.score()).toBe(5);
    expect(rules(world.ask(world.fresh(5)))).toEqual(['row']);
    expect(rules(world.ask(world.fresh(16), '192.0.2.10'))).toEqual([]);
  });
});
