/** What guessing costs a client that pays with mail, as docs/how-it-decides.md states it. */
import {describe, expect, test} from '@jest/globals';
import {day, World} from './world.js';

const known = (count: number): string[] =>
  Array.from({length: count}, (_, i) => `<known${i}@example.net>`);
/** More than any bar. */
const patience = 200;

/** Guesses until a block; how many names were answered. */
function guessed(world: World, most = patience): number {
  for (let count = 1; count <= most; count++) {
    if (world.ask(world.fresh(1)).length > 0) return count;
  }
  return most;
}

describe('names answered before the first block', () => {
  test.each([
    [0, 10],
    [1, 16],
    [2, 22],
    [3, 27],
  ])('after mail to %i known names: about %i', (mails, price) => {
    const world = new World();
    world.deliver(known(mails));
    expect(Math.abs(guessed(world) - price)).toBeLessThanOrEqual(1);
  });

  test('mail to many names on one day buys no more than ten names above the bar of a mailer', () => {
    const world = new World();
    world.deliver(known(100));
    expect(guessed(world)).toBeLessThanOrEqual(31);
  });

  test('one guess for each new known name is never blocked, three are', () => {
    const world = new World();
    for (const name of known(patience)) {
      world.deliver([name]);
      expect(world.ask(world.fresh(1))).toEqual([]);
    }
    const greedy = new World();
    const blockedAt = known(patience).findIndex((name) => {
      greedy.deliver([name]);
      return greedy.ask(greedy.fresh(3)).length > 0;
    });
    expect(blockedAt).toBeGreaterThan(0);
    expect(blockedAt).toBeLessThan(60);
  });
});

describe('over days', () => {
  test.each([1, 3, 8])(
    '%i known names that take mail each day do not buy two guesses each and two more',
    (names) => {
      const world = new World();
      const days = 20;
      let blocks = 0;
      for (let i = 0; i < days; i++) {
        world.deliver(known(names));
        for (let guess = 0; guess < 2 * names + 2; guess++) {
          blocks += world.ask(world.fresh(1)).length;
        }
        world.wait(day);
      }
      expect(blocks).toBeGreaterThan(0);
    },
  );
});
