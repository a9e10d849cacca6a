/** When a block is held back: so many in a minute, and the stop for a wave of good senders. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {
  Brake,
  type BrakeDecision,
  type BrakeSettings,
  type BrakeState,
  brakeView,
  tellAgainMs,
  waveMs,
} from '../../src/score/brake.js';
import type {Offender} from '../../src/score/offender.js';
import type {Sender} from '../../src/score/good-senders.js';
import {Table} from '../../src/base/mechanisms/table.js';
import {offenderAfter, settings, startMs} from './samples.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const nobody: (client: string) => boolean = () => false;
const offender = offenderAfter([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);

interface Circumstances {
  readonly nowMs: number;
  readonly sign: 'first' | 'further';
  readonly isExempt: (client: string) => boolean;
}

/** A brake under these settings, with good senders g0 to g9 of the day before. */
function make(changed: Partial<BrakeSettings> = {}) {
  const tables = {senders: new Table<Sender>(), brake: new Table<BrakeState>()};
  const brake = new Brake({...settings.brakes, ...changed}, tables);
  for (let i = 0; i < 10; i++) brake.accepted(`g${i}`, startMs - day);
  const decide = (
    client: string,
    atMs: number,
    {nowMs = atMs, sign = 'first', isExempt = nobody}: Partial<Circumstances> = {},
  ): BrakeDecision => {
    const suspect = {client, offender: {...offender, firstMs: atMs}, atMs, sign};
    return brake.decide(suspect, nowMs, isExempt);
  };
  return {tables, brake, decide};
}

const kindsOf = (decisions: readonly BrakeDecision[]): string[] =>
  decisions.map((each) => (each.kind === 'heldBack' ? each.why : each.kind));

describe('blocksPerMinute', () => {
  test('so many blocks are made in a minute of the clock, and none more until it is over', () => {
    const {decide} = make({blocksPerMinute: 3});
    const all = [0, 1, 2, 3, 59].map((second) => decide('x', startMs + second * 1000));
    expect(kindsOf(all)).toEqual(['free', 'free', 'free', 'minute', 'minute']);
    expect(decide('x', startMs + minute).kind).toBe('free');
  });

  test('the clock counts, not the log: what is read late in one go is one minute', () => {
    const {decide} = make({blocksPerMinute: 1});
    expect(decide('x', startMs - day, {nowMs: startMs}).kind).toBe('free');
    expect(decide('y', startMs - hour, {nowMs: startMs}).kind).toBe('heldBack');
  });

  test.each([-hour, hour])('a clock set by %i ms does not jam it', (jump) => {
    const {decide} = make({blocksPerMinute: 1});
    decide('x', startMs);
    expect(decide('x', startMs).kind).toBe('heldBack');
    expect(decide('x', startMs + jump).kind).toBe('free');
    expect(decide('x', startMs + jump).kind).toBe('heldBack');
    expect(decide('x', startMs + jump + minute).kind).toBe('free');
  });

  test('property: never more in a minute of the clock, and never none while there is room', () => {
    const steps = fc.array(fc.nat(20_000), {maxLength: 80});
    fc.assert(
      fc.property(steps, fc.integer({min: 1, max: 5}), (waits, blocksPerMinute) => {
        const {decide} = make({blocksPerMinute});
        const made = new Map<number, number>();
        let nowMs = startMs;
        for (const wait of waits) {
          nowMs += wait;
          const which = Math.floor(nowMs / minute);
          const before = made.get(which) ?? 0;
          const isMade = decide('x', nowMs).kind === 'free';
          expect(isMade).toBe(before < blocksPerMinute);
          if (isMade) made.set(which, before + 1);
        }
      }),
    );
  });
});

describe('the stop', () => {
  test('comes with the third good sender within ten minutes, and holds everybody back', () => {
    const {decide, tables} = make();
    const first = [decide('g0', startMs), decide('guesser', startMs), decide('g1', startMs + 1)];
    expect(kindsOf(first)).toEqual(['free', 'free', 'free']);
    expect(brakeView(tables, startMs)).toEqual({kind: 'free'});
    const stop = {sinceMs: startMs + waveMs - 1, clients: ['g0', 'g1', 'g2'], heldBack: 1};
    expect(decide('g2', startMs + waveMs - 1)).toEqual({kind: 'stop', stop});
    expect(kindsOf([decide('guesser', startMs + hour)])).toEqual(['stop']);
    expect(brakeView(tables, startMs + hour)).toEqual({kind: 'stopped', ...stop, heldBack: 2});
  });

  test('counts each client that is held back once', () => {
    const {decide, tables} = make({goodSendersMax: 1});
    decide('g0', startMs);
    decide('x', startMs);
    for (let i = 0; i < 9; i++) decide('x', startMs, {sign: 'further'});
    decide('y', startMs);
    expect(brakeView(tables, startMs)).toMatchObject({heldBack: 3});
  });

  test('one client again and again is one', () => {
    const {decide} = make();
    const all = Array.from({length: 9}, (_, i) => decide(i % 2 ? 'g0' : 'g1', startMs + i));
    expect(new Set(kindsOf(all))).toEqual(new Set(['free']));
  });

  test('does not come for those more than ten minutes apart', () => {
    const {decide} = make();
    const all = Array.from({length: 9}, (_, i) => decide(`g${i}`, startMs + (i * waveMs) / 2));
    expect(new Set(kindsOf(all))).toEqual(new Set(['free']));
  });

  test('by the time of the log: what is read in one go after an outage is no wave', () => {
    const {decide} = make();
    const all = [0, 1, 2, 3].map((i) =>
      decide(`g${i}`, startMs + i * hour, {nowMs: startMs + day}),
    );
    expect(new Set(kindsOf(all))).toEqual(new Set(['free']));
  });

  test('comes also when one of several logs is read late', () => {
    const {decide} = make();
    const nowMs = startMs + hour;
    const all = ['g0', 'g1'].map((client) => decide(client, startMs, {nowMs}));
    all.push(decide('g2', startMs - hour, {nowMs}), decide('g3', startMs + minute, {nowMs}));
    expect(kindsOf(all)).toEqual(['free', 'free', 'free', 'stop']);
  });

  test('0 never stops, and needs to remember nobody', () => {
    const {decide, tables} = make({goodSendersMax: 0});
    const all = Array.from({length: 10}, (_, i) => decide(`g${i}`, startMs));
    expect(new Set(kindsOf(all))).toEqual(new Set(['free']));
    expect([tables.senders.size, tables.brake.size]).toEqual([0, 0]);
  });

  test('does not come for clients that have become exempt meanwhile', () => {
    const {decide} = make();
    decide('g0', startMs);
    decide('g1', startMs);
    const isExempt = (client: string): boolean => client === 'g0';
    expect(decide('g2', startMs, {isExempt}).kind).toBe('free');
    expect(decide('g3', startMs, {isExempt}).kind).toBe('stop');
  });

  test('is seen although the clock is set back by an hour in the middle', () => {
    const {decide} = make();
    const all = [decide('g0', startMs), decide('g1', startMs - hour), decide('g2', startMs - hour)];
    expect(kindsOf(all)).toEqual(['free', 'free', 'stop']);
  });

  test('needs as many again when the clock is set forward by an hour in the middle', () => {
    const {decide} = make();
    const times = [0, 0, hour, hour, hour];
    const all = times.map((ms, i) => decide(`g${i}`, startMs + ms));
    expect(kindsOf(all)).toEqual(['free', 'free', 'free', 'free', 'stop']);
  });

  test('property: fewer than goodSendersMax good ones are let through in any ten minutes', () => {
    const step = fc.record({waitMs: fc.nat(5 * minute), who: fc.nat(14)});
    const steps = fc.array(step, {maxLength: 60});
    fc.assert(
      fc.property(steps, fc.integer({min: 1, max: 5}), (all, goodSendersMax) => {
        const {decide, tables} = make({goodSendersMax});
        const passed: {who: number; atMs: number}[] = [];
        let atMs = startMs;
        for (const {waitMs, who} of all) {
          atMs += waitMs;
          const wasStopped = brakeView(tables, atMs).kind === 'stopped';
          const isGood = who < 10;
          const {kind} = decide(isGood ? `g${who}` : `x${who}`, atMs);
          expect(kind === 'heldBack').toBe(wasStopped);
          if (kind === 'stop') expect(isGood).toBe(true);
          if (kind === 'free' && isGood) passed.push({who, atMs});
          const late = passed.filter((each) => atMs - each.atMs < waveMs);
          expect(new Set(late.map((each) => each.who)).size).toBeLessThan(goodSendersMax);
        }
      }),
    );
  });

  test('property: saved and loaded between any two, it decides the same', () => {
    const step = fc.record({waitMs: fc.nat(5 * minute), who: fc.nat(9)});
    fc.assert(
      fc.property(fc.array(step, {maxLength: 20}), (all) => {
        const whole = make();
        const {senders} = whole.tables;
        let brake = new Table<BrakeState>();
        let atMs = startMs;
        for (const {waitMs, who} of all) {
          atMs += waitMs;
          const suspect = {client: `g${who}`, offender: {...offender, firstMs: atMs}, atMs};
          brake = new Table(JSON.parse(JSON.stringify([...brake.entries()])) as []);
          const restarted = new Brake(settings.brakes, {senders, brake});
          const decision = restarted.decide({...suspect, sign: 'first'}, atMs, nobody);
          expect(decision).toEqual(whole.decide(`g${who}`, atMs));
        }
      }),
    );
  });
});

describe('resume', () => {
  const stopped = () => {
    const made = make();
    for (const client of ['g0', 'g1', 'g2']) made.decide(client, startMs);
    return made;
  };
  const offenders = (): Table<Offender> =>
    new Table(['g0', 'g2', 'g5', 'x'].map((client) => [client, offender]));

  test('without a stop is nothing', () => {
    const {brake, decide} = make();
    decide('g0', startMs);
    expect(brake.resume(offenders(), startMs)).toBeUndefined();
  });

  test('ends it; those who made it lose their name, and cannot make it again', () => {
    const {brake, decide, tables} = stopped();
    const ended = brake.resume(offenders(), startMs + hour);
    expect(ended).toEqual({sinceMs: startMs, clients: ['g0', 'g1', 'g2'], heldBack: 1});
    expect(brakeView(tables, startMs + hour)).toEqual({kind: 'free'});
    const again = ['g0', 'g1', 'g2'].map((client) => decide(client, startMs + hour));
    expect(kindsOf(again)).toEqual(['free', 'free', 'free']);
  });

  test('but three others can', () => {
    const {brake, decide} = stopped();
    brake.resume(offenders(), startMs + hour);
    const again = ['g3', 'g4', 'g5'].map((client) => decide(client, startMs + hour));
    expect(kindsOf(again)).toEqual(['free', 'free', 'stop']);
  });

  test('all good senders begin anew, who is none does not', () => {
    const {brake} = stopped();
    const table = offenders();
    brake.resume(table, startMs + hour);
    const scores = [...table.entries()].map(([client, {score}]) => [client, Math.round(score)]);
    expect(Object.fromEntries(scores)).toEqual({g0: 0, g2: 0, g5: 0, x: 10});
    expect(table.get('g5')).toMatchObject({counted: [], kinds: {}, accepted: 0});
  });

  test('also after a stop of ten days, in which none of their mail was accepted', () => {
    const {brake} = stopped();
    const table = offenders();
    brake.resume(table, startMs + 10 * day);
    expect(table.get('g5')?.score).toBe(0);
  });
});

describe('the stop is told again', () => {
  test('each ten minutes, and at once after a restart', () => {
    const {brake, decide, tables} = make({goodSendersMax: 1});
    expect(brake.sweep(startMs)).toBeUndefined();
    decide('g0', startMs);
    expect(brake.sweep(startMs + tellAgainMs - 1)).toBeUndefined();
    expect(brake.sweep(startMs + tellAgainMs)).toEqual({
      sinceMs: startMs,
      clients: ['g0'],
      heldBack: 1,
    });
    expect(brake.sweep(startMs + tellAgainMs + 1)).toBeUndefined();
    const restarted = new Brake(settings.brakes, tables);
    expect(restarted.sweep(startMs + tellAgainMs + 2)).toMatchObject({clients: ['g0']});
  });

  test('not an hour late when the clock is set back by one, and since no later than now', () => {
    const {brake, decide} = make({goodSendersMax: 1});
    decide('g0', startMs);
    const nowMs = startMs - hour;
    expect(brake.sweep(nowMs)).toMatchObject({sinceMs: nowMs});
    expect(brake.sweep(nowMs + minute)).toBeUndefined();
    expect(brake.sweep(nowMs + tellAgainMs)).toBeDefined();
  });
});
