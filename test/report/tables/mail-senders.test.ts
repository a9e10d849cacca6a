/** The half of `senders` whose mail the mailer carries: columns, views, order, JSON, and hostile names. */
import {expect, test} from '@jest/globals';
import {readFileSync} from 'node:fs';
import {sendersJson, sendersTable} from '../../../src/report/tables/mail-senders.js';
import type {MailSender} from '../../../src/submission/view.js';

const lastMs = Date.UTC(2026, 10, 21, 3, 4, 5);
const sender = (key: string, more: Partial<MailSender> = {}): MailSender => ({
  sender: key,
  kind: key.startsWith('auth') ? 'auth' : key.startsWith('uid') ? 'uid' : 'host',
  ...{recipients: 10, messages: 5, domains: 4, failed: 1, deferred: 2, waiting: 3, queued: 6},
  ...{lastHour: 8, normal: 4, usualNow: 2.5, froms: [], scripts: [], firstMs: lastMs, lastMs},
  ...more,
});
const rows = (text: string): string[][] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.trim().split(/ {2,}/));

test('a row has recipients, messages, domains, shares, the queue, normal, factor and who', () => {
  const [head, row] = rows(sendersTable([], [sender('auth:anna', {alarm: 'strangers'})]));
  expect(head!.slice(0, 12)).toEqual([
    ...['VIA', 'COUNT', 'MSGS', 'DOMAINS', 'FAILED', 'DEFERRED', 'WAIT', 'QUEUE', 'NORMAL'],
    ...['FACTOR', 'WHO', 'USER'],
  ]);
  expect(row!.slice(0, 12)).toEqual([
    ...['mailer', '10', '5', '4', '10%', '20%', '3', '6', '4/h', '2.0', 'STRANGERS', 'auth:anna'],
  ]);
  expect(head!.at(-1)).toBe('LAST');
});

test('the offender is on top, though others send more', () => {
  const all = [sender('uid:1', {recipients: 900}), sender('uid:2', {alarm: 'failures'})];
  expect(rows(sendersTable([], all)).map(([, count]) => count)).toEqual(['COUNT', '10', '900']);
});

test('a way in shows its senders, and typed names are summed', () => {
  const froms = [{text: 'x@example.org', recipients: 7}];
  const all = [sender('auth:a', {froms}), sender('uid:33', {froms}), sender('host:192.0.2.80')];
  const keysOf = (by: 'auth' | 'uid' | 'host'): unknown =>
    (JSON.parse(sendersJson([], all, by)) as {sender: string}[]).map((row) => row.sender);
  expect([keysOf('auth'), keysOf('uid'), keysOf('host')]).toEqual([['a'], ['33'], ['192.0.2.80']]);
  expect(JSON.parse(sendersJson([], all, 'from'))).toEqual([
    {via: 'mailer', from: 'x@example.org', recipients: 14, senders: ['auth:a', 'uid:33']},
  ]);
  expect(sendersTable([], all, 'from')).toContain('~14');
});

test('a hostile name moves no terminal', () => {
  const name = `auth:a\u001b[2J\u202e${'x'.repeat(500)}`;
  const text = sendersTable([], [sender(name)]) + sendersJson([], [sender(name)]);
  expect(/[\u001b\u202e]/.test(text)).toBe(false);
});

test('the JSON has names that last, described in docs/outgoing-mail.md', () => {
  const [fields] = JSON.parse(
    sendersJson([], [sender('uid:33', {alarm: 'strangers', exempt: 300})]),
  ) as [Record<string, unknown>];
  const page = readFileSync(new URL('../../../docs/outgoing-mail.md', import.meta.url), 'utf8');
  const section = /^### JSON of `senders`, via `mailer`\n.*?\n### /ms.exec(page)?.[0] ?? '';
  for (const name of Object.keys(fields)) expect(section).toContain(`\`${name}\``);
  expect(section).toContain('`strangers`');
});
