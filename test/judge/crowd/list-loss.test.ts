import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {Table} from '../../../src/base/mechanisms/table.js';
import {
  beginsAt,
  endsAt,
  forgottenMs,
  ListLoss,
  type ListLossState,
  mostLostNames,
  mostNetworks,
  mostSum,
} from '../../../src/judge/crowd/list-loss.js';
import type {Address} from '../../../src/net/address.js';
import {address} from '../../net/samples.js';

const startMs = Date.parse('2026-03-02T10:00:00Z');

const fresh = (): {loss: ListLoss; table: Table<ListLossState>} => {
  const table = new Table<ListLossState>();
  return {loss: new ListLoss(table), table};
};

/** A client of one of several /24. */
const clientOf = (network: number, host = 7): Address => address(`198.51.${network}.${host}`);

/** Names refused to clients of so many networks. @returns what each said */
const lose = (loss: ListLoss, names: number, networks: number, fromName = 0): string[] =>
  Array.from({length: names}, (_, i) =>
    loss.refused(fromName + i, clientOf(i % networks), startMs + i),
  );

describe('ListLoss', () => {
  test('the bars are pinned', () => {
    expect([beginsAt, endsAt, mostSum]).toEqual([{names: 8, networks: 3}, 3, 12]);
  });

  test('begins at the eighth name of three networks, and is reported once', () => {
    const {loss} = fresh();
    const told = lose(loss, 12, 3);
    expect(told).toEqual([
      ...Array<string>(7).fill('same'),
      'began',
      ...Array<string>(4).fill('same'),
    ]);
    expect(loss.view()).toEqual({kind: 'on', sinceMs: startMs + 7, names: 12, networks: 3});
  });

  test.each([1, 2])('any number of names from %i networks do not begin it', (networks) => {
    const {loss} = fresh();
    expect(new Set(lose(loss, 300, networks))).toEqual(new Set(['same']));
    // The third network does.
    expect(loss.refused(0, clientOf(98), startMs + 400)).toBe(networks === 2 ? 'began' : 'same');
    expect(loss.refused(0, clientOf(99), startMs + 400)).toBe(networks === 1 ? 'began' : 'same');
  });

  test('one /24, one IPv6 /48, is one network', () => {
    const {loss} = fresh();
    for (let i = 0; i < 100; i++) {
      expect(loss.refused(i, clientOf(0, i), startMs)).toBe('same');
      expect(loss.refused(i, address(`2001:db8:1:${i}::7`), startMs)).toBe('same');
    }
  });

  test('the same names again and again do not begin it', () => {
    const {loss} = fresh();
    for (let i = 0; i < 1000; i++) {
      expect(loss.refused(i % 7, clientOf(i % 50), startMs + i)).toBe('same');
    }
  });

  test('ends when names take mail: soon after the longest outage', () => {
    const {loss} = fresh();
    lose(loss, 1000, 5);
    const told = Array.from({length: 10}, (_, i) => loss.accepted(i, startMs + 5000 + i));
    expect(told.indexOf('ended')).toBe(mostSum - endsAt - 1);
    expect(told.filter((each) => each === 'ended')).toHaveLength(1);
    expect(loss.view()).toEqual({kind: 'off'});
  });

  test('mail that was taken before the loss does not end it', () => {
    const {loss} = fresh();
    lose(loss, 8, 3);
    for (let i = 0; i < 100; i++) expect(loss.accepted(100 + i, startMs - 1)).toBe('same');
    expect(loss.view().kind).toBe('on');
  });

  test('a name that takes mail again counts again when it is lost again', () => {
    const {loss} = fresh();
    lose(loss, 8, 3);
    for (let i = 0; i < 8; i++) loss.accepted(i, startMs + 100);
    expect(loss.view()).toEqual({kind: 'off'});
    expect(lose(loss, 8, 3).at(-1)).toBe('began');
  });

  test('a relay that deletes 8 % of its users is not in it', () => {
    const {loss} = fresh();
    for (let i = 0; i < 10_000; i++) {
      const told =
        i % 12 === 0
          ? loss.refused(i, clientOf(i % 9), startMs + i)
          : loss.accepted(i, startMs + i);
      expect(told).toBe('same');
    }
  });

  test('the operator ends it: the names that are still refused do not begin it again, others do', () => {
    const {loss} = fresh();
    expect(loss.end()).toBe('same');
    lose(loss, 20, 3);
    expect([loss.end(), loss.view().kind]).toEqual(['ended', 'off']);
    expect(new Set(lose(loss, 20, 3))).toEqual(new Set(['same']));
    expect(lose(loss, 8, 3, 100).at(-1)).toBe('began');
  });

  test('a day without a refusal ends it; refusals of known names keep it', () => {
    const {loss, table} = fresh();
    lose(loss, 8, 3);
    expect(loss.refused(0, clientOf(0), startMs + forgottenMs / 2)).toBe('same');
    expect(loss.sweep(startMs + forgottenMs)).toBe('same');
    expect(loss.sweep(startMs + 2 * forgottenMs)).toBe('ended');
    expect(table.size).toBe(0);
    expect(loss.sweep(startMs + 3 * forgottenMs)).toBe('same');
  });

  test('notes of a clock far ahead are forgotten', () => {
    const {loss} = fresh();
    lose(loss, 8, 3);
    expect(loss.sweep(startMs - 2 * forgottenMs)).toBe('ended');
  });

  test('all is bounded, plain data, and the same after a restart', () => {
    const actions = fc.array(fc.tuple(fc.nat(500), fc.nat(30), fc.nat(9)), {maxLength: 400});
    fc.assert(
      fc.property(actions, (all) => {
        const {loss, table} = fresh();
        const other = new Table<ListLossState>();
        for (const [step, [name, network, kind]] of all.entries()) {
          const restarted = new ListLoss(other);
          const act = (one: ListLoss): string =>
            kind < 7
              ? one.refused(name, clientOf(network), startMs + step)
              : one.accepted(name, startMs + step);
          expect(act(restarted)).toBe(act(loss));
          const saved = JSON.parse(JSON.stringify([...table.entries()])) as [
            string,
            ListLossState,
          ][];
          expect(saved).toEqual([...other.entries()]);
          for (const [, {sum, names, networks}] of saved) {
            expect(sum).toBeLessThanOrEqual(mostSum);
            expect(names.length).toBeLessThanOrEqual(mostLostNames);
            expect(networks.length).toBeLessThanOrEqual(mostNetworks);
          }
        }
      }),
      {numRuns: 50},
    );
  });

  test('never from fewer than three networks or eight names', () => {
    const actions = fc.array(fc.tuple(fc.nat(12), fc.nat(4)), {maxLength: 100});
    fc.assert(
      fc.property(actions, (all) => {
        const {loss} = fresh();
        const [names, networks] = [new Set<number>(), new Set<number>()];
        for (const [step, [name, network]] of all.entries()) {
          names.add(name);
          networks.add(network);
          loss.refused(name, clientOf(network), startMs + step);
          expect(loss.view().kind).toBe(names.size >= 8 && networks.size >= 3 ? 'on' : 'off');
        }
      }),
    );
  });
});
