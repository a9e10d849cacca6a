/** A status in words. */
import {describe, expect, test} from '@jest/globals';
import {statusLines} from '../../src/report/status-lines.js';
import {family, nowMs, statusOf} from './status-samples.js';

describe('statusLines', () => {
  test('all is well', () => {
    expect(statusLines(statusOf(), nowMs)).toEqual([
      'running for 1h, backend iptables',
      '12 blocks, 3 clients under watch',
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
    const status = statusOf({blocks: 1, offenders: 1, families: [family({repairs: 1})]});
    const lines = statusLines(status, nowMs);
    expect(lines[1]).toBe('1 block, 1 client under watch');
    expect(lines[3]).toMatch(/repaired 1 time$/);
  });

  test('a failing firewall, and 1.7 % of the blocks', () => {
    const failing = family({wanted: 1000, standing: 17, failure: 'nft: denied', readMs: undefined});
    const lines = statusLines(statusOf({sinceMs: undefined, families: [failing]}), nowMs);
    expect(lines[0]).toBe('no daemon runs, backend iptables');
    expect(lines[2]).toBe('enforced: 1.7 %');
    expect(lines[3]).toBe(
      'IPv4: 17 of 1000 stand, never checked, repaired 2 times, FAILING: nft: denied',
    );
  });

  test('blocking that is stopped', () => {
    const brake = {kind: 'stopped', sinceMs: nowMs - 60_000, clients: [], heldBack: 7} as const;
    expect(statusLines(statusOf({brake}), nowMs)).toContain(
      'blocking is STOPPED for 1m, 7 blocks not made: blocksmtp resume',
    );
  });

  test.each([
    [{kind: 'running', untilMs: nowMs + 90_000}, 'the configuration is ON TRIAL for another 90s: '],
    [{kind: 'failed'}, 'the configuration file is NOT in force: nobody confirmed it, '],
    [{kind: 'overdue'}, 'the configuration was NOT confirmed, but the one before is bad now: '],
  ] as const)('a trial: %j', (trial, expected) => {
    const lines = statusLines(statusOf({trial}), nowMs);
    expect(lines).toContainEqual(expect.stringContaining(expected));
  });

  test('a state that cannot be saved', () => {
    const text = 'the state is NOT saved, and tried again: disk full';
    expect(statusLines(statusOf({unsaved: 'disk full'}), nowMs)).toContain(text);
  });

  test('what is not all is never rounded up to all', () => {
    const almost = family({wanted: 100_000, standing: 99_999});
    expect(statusLines(statusOf({families: [almost]}), nowMs)[2]).toBe('enforced: 99.9 %');
  });
});
