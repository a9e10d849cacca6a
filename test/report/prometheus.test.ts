/** A status in figures. */
import {expect, test} from '@jest/globals';
import {statusFigures} from '../../src/report/prometheus.js';
import {nobodyListens} from '../../src/hearing/view.js';
import {family, listLost, nowMs, sourceOf, statusOf} from './status-samples.js';

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

test('figures that are on, and figures that are off', () => {
  const quiet = statusFigures(statusOf());
  for (const name of ['stopped', 'wave', 'learning']) {
    expect(quiet).toContain(`\nblocksmtp_${name} 0\n`);
  }
  const on = statusFigures(
    statusOf({
      crowd: {...listLost, wave: {kind: 'on'}, learning: {kind: 'on', untilMs: nowMs}},
    }),
  );
  for (const name of ['stopped', 'wave', 'learning']) {
    expect(on).toContain(`\nblocksmtp_${name} 1\n`);
  }
});

test('each rule has its sample, and each thing that is remembered', () => {
  const text = statusFigures(statusOf());
  expect(text).toContain('\nblocksmtp_blocks_by_rule{rule="row"} 9\n');
  expect(text).toContain('\nblocksmtp_blocks_by_rule{rule="silence"} 0\n');
  expect(text).toContain('\nblocksmtp_blocks_by_rule{rule="operator"} 1\n');
  expect(text).toContain('\nblocksmtp_remembered{what="clients"} 3\n');
  expect(text).toContain('\nblocksmtp_remembered{what="names"} 40\n');
});

test.each([
  [{kind: 'none'}, 0, 0],
  [{kind: 'running', untilMs: nowMs + 90_000}, 1, 0],
  [{kind: 'failed'}, 0, 1],
  [{kind: 'overdue'}, 0, 1],
] as const)('a trial: %j', (trial, running, failed) => {
  const figures = statusFigures(statusOf({trial}));
  expect(figures).toContain(`\nblocksmtp_trial{state="running"} ${running}\n`);
  expect(figures).toContain(`\nblocksmtp_trial{state="failed"} ${failed}\n`);
});

test('a bad file', () => {
  const samples = statusFigures(statusOf({trial: {kind: 'badFile', why: 'f:1: x'}}));
  expect(samples).toContain('\nblocksmtp_trial{state="badFile"} 1\n');
});

test('a state that cannot be saved, and no daemon', () => {
  expect(statusFigures(statusOf({unsaved: 'disk full'}))).toContain('\nblocksmtp_saved 0\n');
  expect(statusFigures(statusOf())).toContain('\nblocksmtp_saved 1\n');
  expect(statusFigures(statusOf({sinceMs: undefined}))).toContain('\nblocksmtp_up 0\n');
});

/** Monitoring knows them by these names: a change of one breaks somebody's alert. */
test('the names, their types and their order', () => {
  const families = [family({failure: 'no', readMs: undefined})];
  const text = statusFigures(statusOf({families, egress: {mode: 'hold', families}}));
  expect(
    text.match(/^# TYPE .*$/gm)?.map((line) => line.slice('# TYPE blocksmtp_'.length)),
  ).toEqual([
    'enforced_ratio gauge',
    'up gauge',
    'stopped gauge',
    'trial gauge',
    'saved gauge',
    'blocks gauge',
    'blocks_by_rule gauge',
    'wave gauge',
    'learning gauge',
    'remembered gauge',
    'firewall_wanted gauge',
    'firewall_standing gauge',
    'firewall_failing gauge',
    'firewall_absent_hooks gauge',
    'firewall_repairs_total counter',
    'firewall_read_timestamp_seconds gauge',
    'outcomes_total counter',
    'without_effect gauge',
    'passages_total counter',
    'egress_wanted gauge',
    'egress_standing gauge',
    'egress_failing gauge',
    'egress_repairs_total counter',
    'deaf gauge',
    'source_deaf gauge',
    'source_lines_total counter',
    'source_mailer_lines_total counter',
    'source_understood_total counter',
    'source_signs_total counter',
    'source_ignored_total counter',
    'source_last_line_timestamp_seconds gauge',
    'source_last_sign_timestamp_seconds gauge',
    'source_newest_stamp_timestamp_seconds gauge',
    'source_offset_seconds gauge',
    'source_behind_bytes gauge',
    'greeting_waiting gauge',
    'greeting_children gauge',
    'greeting_stressed gauge',
    'greeting_heard_timestamp_seconds gauge',
    'greeting_clients_total counter',
    'greeting_seen_early_total counter',
    'greeting_wait_seconds histogram',
    'greeting_passed gauge',
    'greeting_rules_standing gauge',
  ]);
  expect(text).toContain('\nblocksmtp_firewall_read_timestamp_seconds{family="ipv4"} 0\n');
  expect(text).toContain('\nblocksmtp_egress_failing{family="ipv4"} 1\n');
});

test('a source is a label, whatever its path', () => {
  const source = sourceOf({
    ...{source: '/var/log/a"\\\n.log', lastSignMs: 1500},
    offsetSeconds: -19_800,
  });
  const text = statusFigures(statusOf({hearing: {...nobodyListens, sources: [source]}}));
  expect(text).toContain('\nblocksmtp_source_lines_total{source="/var/log/a\\"\\\\?.log"} 428\n');
  expect(text).toContain('_last_sign_timestamp_seconds{source="/var/log/a\\"\\\\?.log"} 1.5\n');
  expect(text).toContain('reason="otherProgram"} 400\n');
  expect(text).toMatch(/_source_offset_seconds\{.*\} -19800\n/);
  const deaf = statusFigures(statusOf({hearing: {...nobodyListens, verdict: 'deaf'}}));
  expect(deaf).toContain('\nblocksmtp_deaf 1\n');
});

test('hook chains that are not there', () => {
  const absent = family({absentHooks: ['DOCKER-USER', 'CNI']});
  const figures = statusFigures(statusOf({families: [absent, family({family: 6})]}));
  expect(figures).toContain('\nblocksmtp_firewall_absent_hooks{family="ipv4"} 2\n');
  expect(figures).toContain('\nblocksmtp_firewall_absent_hooks{family="ipv6"} 0\n');
});
