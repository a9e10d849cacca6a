/** When a complaint is due: blocks, neighbours, the wait, silence and age. */
import {describe, expect, test} from '@jest/globals';
import {dueDeeds, type DueRules} from '../../src/complaint/due.js';
import type {Deed} from '../../src/complaint/spool/deed.js';
import {attacker, dayMs, startMs} from './support.js';

const rules: DueRules = {blocks: 2, clients: 3, delaySeconds: 1800};
const waitMs = rules.delaySeconds * 1000;
const deed = (address: string, more: Partial<Deed> = {}): Deed => ({
  ...attacker(address),
  blocksMs: [startMs],
  ...more,
});
function due(
  deeds: readonly Deed[],
  afterMs = waitMs,
  more: {known?: readonly string[]; as?: 'sent' | 'shown'} = {},
): string[] {
  const {known = [], as = 'sent'} = more;
  const found = dueDeeds({deeds, rules, known, as, nowMs: startMs + afterMs});
  return found.map(({client}) => client);
}

test('not before the wait is over, to the millisecond', () => {
  const one = [deed('192.0.2.7')];
  expect([due(one, waitMs - 1), due(one, waitMs)]).toEqual([[], ['192.0.2.7']]);
});

test('the wait begins anew with each block', () => {
  expect(due([deed('192.0.2.7', {blocksMs: [startMs, startMs + 1000]})])).toEqual([]);
});

test('guessing older than three days is reported to nobody', () => {
  const one = [deed('192.0.2.7')];
  expect([due(one, 3 * dayMs), due(one, 3 * dayMs + 1)]).toEqual([['192.0.2.7'], []]);
});

describe('a first block', () => {
  const first = (address: string, more: Partial<Deed> = {}): Deed =>
    deed(address, {blocks: 1, ...more});
  const [a, b, c] = [first('192.0.2.7'), first('192.0.2.8'), first('192.0.2.9')];

  test('only with so many clients of the network around it', () => {
    expect(due([a, b])).toEqual([]);
    expect(due([a, b, c])).toEqual(['192.0.2.7', '192.0.2.8', '192.0.2.9']);
  });

  test('of a network that is known to be one holder’s also over its whole range', () => {
    const far = [a, first('192.0.3.8'), first('192.0.4.9')];
    expect(due(far)).toEqual([]);
    expect(due(far, waitMs, {known: ['192.0.0.0/16']})).toHaveLength(3);
    expect(due(far, waitMs, {known: ['198.51.100.0/24', 'no network']})).toEqual([]);
  });

  test('neighbours that were blocked a day ago do not count', () => {
    const old = first('192.0.2.9', {blocksMs: [startMs - dayMs]});
    expect(due([a, b, old])).toEqual([]);
  });

  test('a client that was blocked again needs no neighbours, and counts as one', () => {
    expect(due([a, b, deed('192.0.2.9')])).toEqual(['192.0.2.7', '192.0.2.8', '192.0.2.9']);
    expect(due([a, deed('192.0.2.9')])).toEqual(['192.0.2.9']);
  });
});

describe('a client that was named', () => {
  const told = (as: 'sent' | 'shown', atMs: number) => [deed('192.0.2.7', {told: {atMs, as}})];

  test('is not named again for seven days', () => {
    const weekAgo = startMs + waitMs - 7 * dayMs;
    expect(due(told('sent', weekAgo + 1))).toEqual([]);
    expect(due(told('sent', weekAgo))).toEqual(['192.0.2.7']);
  });

  test('in a preview only, is named in a mail', () => {
    expect(due(told('shown', startMs))).toEqual(['192.0.2.7']);
    expect(due(told('shown', startMs), waitMs, {as: 'shown'})).toEqual([]);
    expect(due(told('sent', startMs), waitMs, {as: 'shown'})).toEqual([]);
  });
});
