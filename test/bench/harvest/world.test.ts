/** The simulator itself: the same seed gives the same world, and a block changes what happens next. */
import {describe, expect, test} from '@jest/globals';
import {attackerKinds, innocentKinds} from './rounds.js';
import {Pipeline} from './pipeline.js';
import type {Defence} from './relay.js';
import {merciless, noDefence, referenceRules} from './rules.js';
import {play, type WorldResult, type WorldSpec} from './world.js';

const attackers = attackerKinds.filter(({name}) => ['minute', 'nine', 'v6_64'].includes(name));
const innocents = innocentKinds.filter(({name}) => ['ticket', 'mailman'].includes(name));
const small: WorldSpec = {seed: 5, days: 1, attackers, innocents};

const noTime = (): number => 0;
const under = (defence: Defence, spec = small): WorldResult => play(spec, defence, noTime);
const learnt = ({attackers: all}: WorldResult, kind: string): number =>
  all.get(kind)?.learnt ?? NaN;

describe('a world', () => {
  test('is the same for the same seed, and another for another', () => {
    const [once, again] = [under(noDefence), under(noDefence)];
    expect([...again.attackers]).toEqual([...once.attackers]);
    expect([...again.innocents]).toEqual([...once.innocents]);
    const other = under(noDefence, {...small, seed: 6});
    expect([...other.attackers]).not.toEqual([...once.attackers]);
  });

  test('of one kind is what the kind does among others', () => {
    const alone = under(noDefence, {...small, attackers: attackers.slice(0, 1), innocents: []});
    const [kind] = attackers;
    expect(alone.attackers.get(kind!.name)).toEqual(under(noDefence).attackers.get(kind!.name));
  });

  test('gives up all that is asked for where nobody defends', () => {
    const {attackers: all, innocents: mailers} = under(noDefence);
    expect(all.get('minute')!.asked).toBeGreaterThan(1300);
    expect(all.get('minute')!.learnt / all.get('minute')!.asked).toBeCloseTo(0.05, 1);
    for (const {firstDropMs} of all.values()) expect(firstDropMs).toBeUndefined();
    for (const {blocked, delayed, lost} of mailers.values()) {
      expect({blocked, delayed, lost}).toEqual({blocked: 0, delayed: 0, lost: 0});
    }
  });
});

describe('the loop is closed', () => {
  test('a client that is dropped at once learns next to nothing, and mail waits', () => {
    const all = under(merciless());
    expect(learnt(all, 'minute')).toBeLessThanOrEqual(2);
    expect(all.attackers.get('nine')!.firstDropMs).toBeDefined();
    expect(all.innocents.get('mailman')!.blocked).toBe(1);
    expect(all.innocents.get('mailman')!.delayed).toBeGreaterThan(0);
  });

  test('a hopper goes on from its next address', () => {
    const all = under(merciless());
    expect(learnt(all, 'v6_64')).toBe(learnt(under(noDefence), 'v6_64'));
  });

  test('mail is given up after five days', () => {
    const weeks = {...small, days: 9, attackers: []};
    expect(under(merciless(), weeks).innocents.get('mailman')!.lost).toBeGreaterThan(0);
  });

  test.each(referenceRules.map((make) => make().name))('%s lies between', (name) => {
    const make = referenceRules.find((each) => each().name === name)!;
    const all = under(make());
    expect(learnt(all, 'minute')).toBeGreaterThan(0);
    expect(learnt(all, 'minute')).toBeLessThan(learnt(under(noDefence), 'minute'));
  });
});

describe('our own guard', () => {
  test('reads the lines: a client that guesses at full speed is dropped after the threshold', () => {
    const full = attackerKinds.filter(({name}) => name === 'full');
    const pipeline = new Pipeline();
    const {attackers: all} = under(pipeline, {...small, attackers: full, innocents: []});
    expect(all.get('full')!.askedBefore).toBeLessThanOrEqual(20);
    expect(all.get('full')!.firstDropMs).toBeDefined();
    expect(pipeline.lines).toBeGreaterThan(10);
  });
});
