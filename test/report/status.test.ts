/** How things stand, in words and in figures: nothing is called good that is not. */
import {describe, expect, test} from '@jest/globals';
import {
  enforcedShare,
  type FamilyStatus,
  isGood,
  type Status,
  statusFigures,
  statusLines,
} from '../../src/report/status.js';

const nowMs = Date.UTC(2026, 10, 21, 12);
const family = (changes: Partial<FamilyStatus> = {}): FamilyStatus => ({
  family: 4,
  wanted: 10,
  standing: 10,
  readMs: nowMs - 3000,
  repairs: 2,
  failure: undefined,
  ...changes,
});
const statusOf = (changes: Partial<Status> = {}): Status => ({
  sinceMs: nowMs - 3_600_000,
  backend: 'iptables',
  families: [family(), family({family: 6, wanted: 0, standing: 0})],
  egress: {mode: 'warn', families: []},
  blocks: 12,
  offenders: 3,
  brake: {kind: 'free'},
  trial: {kind: 'none'},
  unsaved: undefined,
  outcomes: {counted: 20, block: 12},
  ...changes,
});

test('the share is of all families together, and 1 where nothing should stand', () => {
  expect(enforcedShare([])).toBe(1);
  expect(enforcedShare([family({wanted: 0, standing: 0})])).toBe(1);
  expect(enforcedShare([family({standing: 2}), family({wanted: 30, standing: 8})])).toBe(0.25);
});

describe('isGood', () => {
  test.each([
    ['all stands', {}, true],
    ['no daemon runs', {sinceMs: undefined}, false],
    ['one is missing', {families: [family({standing: 9})]}, false],
    [
      'blocking is stopped',
      {brake: {kind: 'stopped', sinceMs: nowMs, clients: ['192.0.2.7'], heldBack: 2}},
      false,
    ],
    ['a configuration is on trial', {trial: {kind: 'running', untilMs: nowMs}}, true],
    ['nobody confirmed it', {trial: {kind: 'failed'}}, false],
    ['nobody confirmed it, nor is there a way back', {trial: {kind: 'overdue'}}, false],
    ['the state cannot be saved', {unsaved: 'disk full'}, false],
    ['the firewall refuses', {families: [family({failure: 'refused'})]}, false],
  ] as const)('%s', (_, changes, expected) => {
    expect(isGood(statusOf(changes))).toBe(expected);
  });
});

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
    expect(statusFigures(statusOf({brake}))).toContain('\nblocksmtp_stopped 1\n');
  });

  test.each([
    [{kind: 'running', untilMs: nowMs + 90_000}, 'the configuration is ON TRIAL for another 90s: '],
    [{kind: 'failed'}, 'the configuration file is NOT in force: nobody confirmed it, '],
    [{kind: 'overdue'}, 'the configuration was NOT confirmed, but the one before is bad now: '],
  ] as const)('a trial: %j', (trial, expected) => {
    const lines = statusLines(statusOf({trial}), nowMs);
    expect(lines).toContainEqual(expect.stringContaining(expected));
    const figures = statusFigures(statusOf({trial}));
    const isRunning = trial.kind === 'running';
    expect(figures).toContain(`\nblocksmtp_trial{state="running"} ${isRunning ? 1 : 0}\n`);
    expect(figures).toContain(`\nblocksmtp_trial{state="failed"} ${isRunning ? 0 : 1}\n`);
  });

  test('a state that cannot be saved', () => {
    const text = 'the state is NOT saved, and tried again: disk full';
    expect(statusLines(statusOf({unsaved: 'disk full'}), nowMs)).toContain(text);
    expect(statusFigures(statusOf({unsaved: 'disk full'}))).toContain('\nblocksmtp_saved 0\n');
    expect(statusFigures(statusOf({}))).toContain('\nblocksmtp_saved 1\n');
  });

  test('what is not all is never rounded up to all', () => {
    const almost = family({wanted: 100_000, standing: 99_999});
    expect(statusLines(statusOf({families: [almost]}), nowMs)[2]).toBe('enforced: 99.9 %');
  });
});

test('figures are in the text format of Prometheus', () => {
  const text = statusFigures(statusOf({families: [family({standing: 5})]}));
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  for (const sample of samples) {
    expect(sample).toMatch(/^blocksmtp_[a-z_]+(?:\{[a-z]+="[A-Za-z0-9]+"\})? [0-9.]+$/);
  }
  expect(samples).toContain('blocksmtp_enforced_ratio 0.5');
  expect(samples).toContain('blocksmtp_firewall_standing{family="ipv4"} 5');
  expect(samples).toContain('blocksmtp_outcomes_total{kind="counted"} 20');
  const names = new Set(samples.map((sample) => /^\w+/.exec(sample)?.[0]));
  for (const name of names)
    expect(text).toMatch(new RegExp(`^# TYPE ${name} (gauge|counter)$`, 'm'));
  expect(text.endsWith('\n')).toBe(true);
});
