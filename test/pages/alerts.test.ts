/**
 * The alert rules for Prometheus: their form, that each metric in them is one that blocksmtp has, and that
 * `docs/monitoring.md` says of each what it means. `promtool check rules` judges the expressions; it is no
 * part of the tests.
 */
import {readFileSync} from 'node:fs';
import {describe, expect, test} from '@jest/globals';
import {statusFigures} from '../../src/report/prometheus.js';
import {statusOf} from '../report/status-samples.js';
import {everyComplaint} from './complaint-samples.js';
import {everyMail} from './mail-samples.js';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly duration: string | undefined;
  readonly severity: string;
  readonly summary: string;
}

const text = readFileSync('etc/prometheus-alerts.yml', 'utf8');

/** The one form in which the file is written, which is YAML that Prometheus reads. Anything else fails. */
const form =
  / {6}- alert: (\w+)\n {8}expr: (.+)\n(?: {8}for: (\w+)\n)? {8}labels:\n {10}severity: (\w+)\n {8}annotations:\n {10}summary: (.+)\n {10}action: (.+)\n/g;
const head = 'groups:\n  - name: blocksmtp\n    rules:\n';

const rules: Rule[] = [...text.matchAll(form)].map(
  ([, alert = '', expr = '', duration, severity = '', summary = '']) => ({
    ...{alert, expr, duration, severity, summary},
  }),
);

const metrics = [
  ...statusFigures(statusOf({complaints: everyComplaint, mail: everyMail})).matchAll(
    /^# TYPE (\S+) /gm,
  ),
].map(([, name = '']) => name);

/** Names of metrics, and not functions, words or labels of PromQL. */
const metricsIn = (expr: string): string[] =>
  expr
    .replaceAll(/\{[^}]*\}|\[[^\]]*\]/g, '')
    .match(/\b[a-z]\w*\b(?!\()/g)
    ?.filter((word) => !['and', 'or', 'unless'].includes(word) && !/^\d/.test(word)) ?? [];

test('the whole file is rules of one form', () => {
  const rest = text
    .replaceAll(/^#.*\n/gm, '')
    .replace(head, '')
    .replaceAll(form, '');
  expect(rest).toBe('');
  expect(rules.length).toBeGreaterThan(10);
  expect(new Set(rules.map(({alert}) => alert)).size).toBe(rules.length);
});

test('finds a metric that does not exist', () => {
  const found = metricsIn('absent(blocksmtp_up) or increase(blocksmtp_nothing{a="b"}[1h]) > 10');
  expect(found).toEqual(['blocksmtp_up', 'blocksmtp_nothing']);
  expect(metrics).toContain('blocksmtp_up');
  expect(metrics).not.toContain('blocksmtp_nothing');
});

describe.each(rules)('$alert', ({alert, expr, duration, severity, summary}) => {
  test('asks for metrics that blocksmtp has', () => {
    const found = metricsIn(expr);
    expect(found.length).toBeGreaterThan(0);
    for (const name of found) {
      expect([...metrics, 'node_textfile_mtime_seconds']).toContain(name);
    }
  });

  test('has balanced brackets, a time, a severity and a sentence', () => {
    for (const pair of ['()', '{}', '[]']) {
      expect(expr.split(pair[0]!).length).toBe(expr.split(pair[1]!).length);
    }
    expect(duration ?? '5m').toMatch(/^\d+[smhd]$/);
    expect(['critical', 'warning', 'info']).toContain(severity);
    expect(summary).toMatch(/^[A-Z].*\.$/);
    // Without quotes a colon and a blank, or a hash, would mean something to YAML.
    for (const plain of [expr, summary]) expect(plain).not.toMatch(/: | #/);
  });

  test('stands in docs/monitoring.md with its severity', () => {
    const page = readFileSync('docs/monitoring.md', 'utf8');
    expect(page).toContain(`\n| \`${alert}\` | ${severity} | `);
  });
});
