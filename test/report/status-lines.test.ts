/** A status in words. */
import {describe, expect, test} from '@jest/globals';
import {statusLines} from '../../src/report/status-lines.js';
import {blocksByRule} from '../../src/report/status.js';
import {family, listLost, nowMs, quietCrowd, statusOf} from './status-samples.js';

describe('statusLines', () => {
  test('all is well', () => {
    expect(statusLines(statusOf(), nowMs)).toEqual([
      'running for 1h, backend iptables',
      '12 blocks: 9 by row, 2 by wave, 1 by the operator',
      'remembered: 3 clients, 1 of them active, 2 networks, 40 names that took mail',
      'enforced: 100 %',
      'IPv4: 10 of 10 stand, checked 3s ago, repaired 2 times',
      'IPv6: 0 of 0 stand, checked 3s ago, repaired 2 times',
      'outgoing: warn',
    ]);
  });

  test('outgoing mail that is held back or rejected', () => {
    const families = [family({wanted: 1, standing: 1, repairs: 0})];
    const lines = (mode: 'hold' | 'reject'): string[] =>
      statusLines(statusOf({egress: {mode, families}}), nowMs).slice(-2);
    expect(lines('hold')).toEqual([
      'outgoing: hold',
      'outgoing mail, IPv4: 1 of 1 ports held, checked 3s ago, repaired 0 times',
    ]);
    expect(lines('reject')).toEqual([
      'outgoing: reject',
      'outgoing mail, IPv4: 1 of 1 ports closed, checked 3s ago, repaired 0 times',
    ]);
  });

  test('one of a kind', () => {
    const remembered = {clients: 1, records: 1, networks: 1, names: 1};
    const status = statusOf({
      blocks: 1,
      blocksByRule: {...blocksByRule([]), earlier: 1},
      crowd: {...quietCrowd, remembered},
      families: [family({repairs: 1})],
    });
    const lines = statusLines(status, nowMs);
    expect(lines[1]).toBe('1 block: 1 by earlier');
    expect(lines[2]).toBe(
      'remembered: 1 client, 1 of them active, 1 network, 1 name that took mail',
    );
    expect(lines[4]).toMatch(/repaired 1 time$/);
  });

  test('a failing firewall, and 1.7 % of the blocks', () => {
    const failing = family({wanted: 1000, standing: 17, failure: 'nft: denied', readMs: undefined});
    const lines = statusLines(statusOf({sinceMs: undefined, families: [failing]}), nowMs);
    expect(lines[0]).toBe('no daemon runs, backend iptables');
    expect(lines[3]).toBe('enforced: 1.7 %');
    expect(lines[4]).toBe(
      'IPv4: 17 of 1000 stand, never checked, repaired 2 times, FAILING: nft: denied',
    );
  });

  test('a firewall that was never read: nobody knows that nothing stands', () => {
    const unread = family({wanted: 0, standing: 0, failure: 'denied', readMs: undefined});
    const lines = statusLines(statusOf({sinceMs: undefined, families: [unread]}), nowMs);
    expect(lines[3]).toBe('enforced: not known');
  });

  test('nobody blocked, no wave and nothing to learn has no line', () => {
    const lines = statusLines(statusOf({blocks: 0, blocksByRule: blocksByRule([])}), nowMs);
    expect(lines[1]).toBe('0 blocks');
    expect(lines[3]).toBe('enforced: 100 %');
  });

  test.each([
    [
      {listLoss: listLost.listLoss},
      'blocking is STOPPED for 60s: the relay refuses 8 users whom it had, to 3 networks; see whether it knows its users',
    ],
    [
      {wave: {kind: 'on', sinceMs: nowMs - 7_200_000}},
      'a wave of strangers is on for 2h: the bar of strangers is lower',
    ],
    [{wave: {kind: 'on'}}, 'a wave of strangers is on: the bar of strangers is lower'],
    [
      {learning: {kind: 'on', untilMs: nowMs + 3_600_000}},
      'learning until 2026-11-21T13:00:00+00:00: the bars of strangers are higher',
    ],
  ] as const)('all clients together: %j', (changes, expected) => {
    const lines = statusLines(statusOf({crowd: {...quietCrowd, ...changes}}), nowMs);
    expect(lines[3]).toBe(expected);
  });

  test.each([
    [{kind: 'running', untilMs: nowMs + 90_000}, 'the configuration is ON TRIAL for another 90s: '],
    [{kind: 'failed'}, 'the configuration file is NOT in force: nobody confirmed it, '],
    [{kind: 'overdue'}, 'the configuration was NOT confirmed, but the one before is bad now: '],
    [
      {kind: 'badFile', why: 'f:1: x'},
      'file is BAD and NOT in force, the last good one is: f:1: x;',
    ],
  ] as const)('a trial: %j', (trial, expected) => {
    const lines = statusLines(statusOf({trial}), nowMs);
    expect(lines).toContainEqual(expect.stringContaining(expected));
  });

  test('a state that cannot be saved', () => {
    const text = 'the state is NOT saved, and tried again: disk full';
    expect(statusLines(statusOf({unsaved: 'disk full'}), nowMs)).toContain(text);
  });

  test('a part is never rounded up to all', () => {
    const almost = family({wanted: 100_000, standing: 99_999});
    expect(statusLines(statusOf({families: [almost]}), nowMs)[3]).toBe('enforced: 99.9 %');
  });
});
