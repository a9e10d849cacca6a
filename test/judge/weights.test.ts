/** What each observation weighs: each once, and what weighs nothing. */
import {beforeEach, describe, expect, test} from '@jest/globals';
import {evidenceKinds} from '../../src/mail/evidence.js';
import {weights} from '../../src/score/weights.js';
import {address} from '../net/samples.js';
import {client, day, hour, minute, World} from './world.js';

let world: World;
beforeEach(() => {
  world = new World();
});

test.each(Object.entries(weights))('%s weighs %d, once', (kind, weight) => {
  const also = {kind: kind as keyof typeof weights};
  expect(world.hear('<a@example.net>', also).counted).toBe(weight);
  expect(world.hear('<A@example.net>', also).counted).toBe(0);
  expect(world.hear('<b@example.net>', also).score).toBe(2 * weight);
});

test('the weights are the decided ones', () => {
  expect(weights).toEqual({
    unknownRecipient: 1,
    undeliverable: 0.5,
    vrfyProbe: 1,
    relayDenied: 0.5,
    authFailed: 0.5,
    pregreet: 1,
    earlyTraffic: 1,
    smtpAttack: 2,
    openProxy: 2,
    bogusCommand: 5,
    stuckSession: 0.25,
  });
  expect(Object.keys(weights)).toEqual([...evidenceKinds]);
});

test('one name counts once, however it is written and whichever relay refuses it', () => {
  world.hear('<anna@example.net>');
  for (const same of ['anna@example.net', '<"anna"@example.net>', '<anna+x@example.net>']) {
    expect(world.hear(same).counted).toBe(0);
  }
  expect(world.hear('<anna@example.net>', {kind: 'undeliverable'}).counted).toBe(0);
});

test('each mention of an ambiguous subject is a new name', () => {
  const counted = [1, 2].map(() => world.hear('<a...>', {subjectIs: 'ambiguous'}).counted);
  expect(counted).toEqual([1, 1]);
});

describe('names that took mail', () => {
  test('this week and refused now: nothing', () => {
    world.deliver(['<anna@example.net>'], '198.51.100.1');
    world.wait(6 * day);
    expect(world.hear('<anna@example.net>')).toMatchObject({counted: 0, score: 0});
  });

  test('earlier: a quarter, of which only the row hears', () => {
    world.deliver(['<anna@example.net>'], '198.51.100.1');
    world.wait(8 * day);
    expect(world.hear('<anna@example.net>')).toMatchObject({counted: 0.25, score: 0.25});
  });

  test('stale names alone lead to no bar of strangers', () => {
    const names = world.fresh(30);
    world.deliver(names, '198.51.100.1');
    world.wait(8 * day);
    expect(world.envelope({names: names.slice(0, 15)})).toEqual([]);
    world.wait(2 * hour);
    expect(world.envelope({names: names.slice(15)})).toEqual([]);
    expect(world.score()).toBe(7.5);
  });

  test('forty of them are a row', () => {
    const names = world.fresh(40);
    world.deliver(names, '198.51.100.1');
    world.wait(8 * day);
    expect(world.ask(names.slice(1))).toEqual([]);
    expect(world.ask(names.slice(0, 1))).toMatchObject([{because: {rule: 'row', stale: 40}}]);
  });
});

describe('names that the next host refuses', () => {
  const kind = 'undeliverable';
  test('weigh nothing for our own users', () => {
    expect(world.hear('<a@example.net>', {kind, submitter: 'own'}).counted).toBe(0);
    expect(world.hear('<b@example.net>', {kind, submitter: 'stranger'}).counted).toBe(0.5);
  });

  test('weigh little for a client whose mail three networks took; one that is refused there is no customer', () => {
    const hosts = ['192.0.2.1', '192.0.2.2', '198.51.100.1', '203.0.113.200'];
    const refusedAt = (host: string): number =>
      world.hear(world.fresh(1)[0]!, {kind, nextHost: address(host)}).counted;
    expect(hosts.map(refusedAt)).toEqual([0.5, 0.5, 0.5, 0.5]);
    for (const host of hosts) world.deliver(world.fresh(1), undefined, {nextHost: address(host)});
    expect(refusedAt('192.0.2.1')).toBe(0.1);
  });

  test('are hardly a guess when they took mail before, whichever relay refuses them', () => {
    const [name] = world.fresh(1);
    world.deliver([name!], '198.51.100.9');
    expect(world.hear(name!, {kind, nextHost: address('192.0.2.1')}).counted).toBe(0);
    world.wait(8 * 86_400_000);
    expect(world.hear(name!, {kind, nextHost: address('192.0.2.1')}).counted).toBe(0.125);
  });
});

describe('the null sender', () => {
  test('a name is a half, as is known at the end', () => {
    world.envelope({names: world.fresh(2), sender: 'null'});
    expect(world.score()).toBe(1);
  });

  test('and a quarter for a client that has delivered to three names, or is a friend', () => {
    world.deliver(world.fresh(3));
    const before = world.score();
    world.envelope({names: world.fresh(2), sender: 'null'});
    expect(world.score() - before).toBeCloseTo(0.5, 4);
    const friend = '198.51.100.9';
    for (const senderHash of [1, 2]) {
      const also = {client: undefined, submitter: 'own', nextHost: address(friend)} as const;
      world.deliver(['<x@example.org>'], client, {...also, senderHash});
    }
    world.envelope({names: world.fresh(2), sender: 'null', client: friend});
    expect(world.score(friend)).toBe(0.5);
  });
});

describe('delivered mail', () => {
  test('the first time 2.29, on a later day half of it, on the same day nothing', () => {
    world.ask(world.fresh(9));
    const scores = [0, minute, day, minute].map((ms) => {
      world.wait(ms);
      world.deliver(['<anna@example.net>']);
      return Number(world.score().toFixed(2));
    });
    expect(scores).toEqual([6.71, 6.71, 5.57, 5.57]);
  });

  test('names that every host has are one name, at whatever domain', () => {
    const duties = ['postmaster@example.net', 'Abuse@example.org', 'root+x@example.com', 'noc'];
    world.deliver(duties.map((name) => `<${name}>`));
    expect(world.view()).toMatchObject({delivered: 1, standing: 'stranger'});
    expect(world.score()).toBeCloseTo(-2.29, 2);
    world.deliver(['<info@example.net>', '<sales@example.net>']);
    expect(world.view()).toMatchObject({delivered: 3, standing: 'mailer'});
  });

  test('the floor: 10, with a record of 8 names on 2 days 15', () => {
    world.deliver(world.fresh(20));
    expect(world.view()).toMatchObject({score: -10, floor: -10, standing: 'mailer'});
    world.wait(day);
    world.deliver(world.fresh(20));
    expect(world.view()).toMatchObject({score: -15, floor: -15, standing: 'record'});
  });

  test('for a week after a block it is 0', () => {
    world.ask(world.fresh(10));
    world.wait(2 * hour);
    world.deliver(world.fresh(20));
    expect(world.view()).toMatchObject({score: 0, floor: 0});
    world.wait(7 * day);
    world.deliver(world.fresh(20));
    expect(world.score()).toBe(-15);
  });

  test('seventeen known names do not whitewash thousands of guesses', () => {
    const known = world.fresh(17);
    let guesses = 0;
    for (let i = 0; i < 1000; i++) {
      world.wait(minute);
      world.deliver(known);
      guesses += 3;
      if (world.envelope({names: world.fresh(3), accepted: 17, message: 'taken'}).length > 0) break;
    }
    // What is accepted postpones a verdict to fifty names.
    expect(guesses).toBeLessThanOrEqual(60);
  });
});

test('a positive score is halved each 30 days since the first, and not in a row of names', () => {
  world.ask(world.fresh(8));
  world.wait(29 * day);
  expect(world.score()).toBe(8);
  world.wait(day);
  expect(world.score()).toBe(4);
  world.wait(30 * day);
  expect(world.score()).toBe(2);
});
