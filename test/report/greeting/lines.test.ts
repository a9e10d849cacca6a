/** How the greeting stands, and what it has shown of a client, in words and figures. */
import {expect, test} from '@jest/globals';
import type {GreetingView} from '../../../src/greeting/view.js';
import {pauseAdvice} from '../../../src/report/greeting/advice.js';
import {greetingFigures} from '../../../src/report/greeting/figures.js';
import {greetedLines, greetingLines} from '../../../src/report/greeting/lines.js';
import {statusFigures} from '../../../src/report/prometheus.js';
import {waitingTable} from '../../../src/report/tables/waiting.js';
import {networkOf} from '../../../src/net/network.js';
import {statusWith, troubles} from '../findings/samples.js';

const nowMs = Date.UTC(2026, 10, 21, 12);
const view: GreetingView = {
  mode: 'gate',
  gate: {
    ...{state: 'takes', port: 2500, waiting: 3, children: 1, stress: 'calm'},
    heardMs: nowMs - 4000,
  },
  fates: {handed: 7, early: 2, left: 3, unwaited: 1, refused: 0},
  seenEarly: 1,
  waits: {upTo: [{seconds: 7, clients: 9}], seconds: 50.5, clients: 12},
  passed: 8,
  exempt: 4,
  rules: [{family: 4, state: 'stands'}],
};

test('status shows the mode, the gate and the fate of its clients', () => {
  expect(greetingLines(view, nowMs)).toEqual([
    'greeting: gate; 3 early talkers seen by gate and kernel; rules: IPv4 stands',
    'gate: 3 waiting, 1 process of the mailer, calm, port 2500, heard 4s ago',
    'of its clients: 7 handed over, 2 early, 3 left, 1 not let wait, 0 refused; 8 clients passed, 4 never wait',
  ]);
  expect(greetingLines(view, nowMs + 60_000)[1]).toContain('NOT heard for too long');
  const ended = {...view, gate: {...view.gate!, state: 'ends' as const}};
  expect(greetingLines(ended, nowMs)[1]).toContain('it has ENDED, so nobody is led to it');
  const found = troubles({status: {...statusWith(0), greeting: ended}, nowMs}, {greeting: 'gate'});
  expect(found.join()).toContain('but no gate reports');
  expect(greetingLines({...view, gate: undefined}, nowMs)[1]).toContain(
    'NOT heard since the start',
  );
  expect(greetingLines({...view, mode: 'observe'}, nowMs)).toHaveLength(1);
  expect(greetingLines({...view, mode: 'off'}, nowMs)).toEqual([]);
});

test('why shows the acts of the client', () => {
  const early = {times: 2, lastMs: nowMs, said: 'EHLO bot'};
  expect(greetedLines({passedUntilMs: nowMs, early, left: {times: 1, lastMs: nowMs}})).toEqual([
    'it has waited for the greeting, and goes straight to the mailer until 2026-11-21T12:00:00+00:00',
    'it spoke before the greeting 2 times, last 2026-11-21T12:00:00+00:00: "EHLO bot"',
    'it left without a word or a command 1 time, last 2026-11-21T12:00:00+00:00: that weighs nothing',
  ]);
  expect(greetedLines({passedUntilMs: nowMs, exempt: 'a mailer with a record'})).toEqual([
    'it never waits for the greeting: a mailer with a record',
  ]);
});

test('status counts who has no rule, and why does not promise that the client never waits', () => {
  expect(greetingLines({...view, unruled: 2}, nowMs).at(-1)).toContain(
    '4 never wait: 2 of both have NO rule and wait (backend iptables)',
  );
  expect(greetedLines({exempt: 'an address of this machine', unruled: 2})).toEqual([
    'it never waits for the greeting: an address of this machine',
    'but the backend iptables has no rule for 2 clients of those, which wait all the same: it may be one',
  ]);
  const status = {...statusWith(0), greeting: {...view, unruled: 2}};
  expect(troubles({status, nowMs}, {greeting: 'gate'}).join('\n')).toContain(
    'the backend iptables has no rule for 2 clients that need not wait',
  );
});

test('the histogram is one as Prometheus reads it', () => {
  const text = statusFigures({...statusWith(0), greeting: view});
  expect(text).toContain(
    [
      '# TYPE blocksmtp_greeting_wait_seconds histogram',
      'blocksmtp_greeting_wait_seconds_bucket{le="7"} 9',
      'blocksmtp_greeting_wait_seconds_bucket{le="+Inf"} 12',
      'blocksmtp_greeting_wait_seconds_sum 50.5',
      'blocksmtp_greeting_wait_seconds_count 12',
    ].join('\n'),
  );
  expect(text).toContain('blocksmtp_greeting_clients_total{fate="early"} 2');
  for (const {samples} of greetingFigures({...view, mode: 'off'})) expect(samples).toEqual([]);
});

test('waiting clients are listed, and a text that is no address is not printed', () => {
  const waiters = [
    {client: '203.0.113.7', sinceMs: nowMs - 5000},
    {client: '\u001b[2J', sinceMs: nowMs},
  ];
  const text = waitingTable({waiting: 5, waiters, heardMs: nowMs}, nowMs);
  expect(text).toMatch(/^203\.0\.113\.7 .* 5s$/m);
  expect(text).not.toContain('\u001b');
  expect(text).toContain('and 3 more clients');
  expect(waitingTable({waiting: 0, waiters: []}, nowMs)).toContain('not been heard');
});

test('doctor finds a gate that is not heard, and a short queue', () => {
  const status = {...statusWith(3), greeting: {...view, gate: undefined}};
  const pause = {kind: 'on', ms: 5000, accessMap: 'asked'} as const;
  const greeting = {
    ...{pause, listenQueue: 10, taken: undefined, database: 'stale' as const},
    waiting: ['127.0.0.1', '::1', '192.0.2.1', '192.0.2.2'],
  } as const;
  const found = troubles({status, greeting}, {greeting: 'gate', backend: 'nftables'});
  expect(found.map((each) => each.slice(0, 40))).toEqual([
    'bad: greeting = "gate", but no gate repo',
    'advice: 127.0.0.1, ::1, 192.0.2.1 and 1 ',
    "advice: sendmail's access map is newer t",
    "advice: the mailer's listen queue has 10",
  ]);
  expect(troubles({status, greeting}, {greeting: 'off'})).toEqual([]);
  const unread = {
    ...greeting,
    waiting: 'unreadable',
    database: 'current',
    listenQueue: 128,
  } as const;
  expect(troubles({status, greeting: unread}, {greeting: 'observe', backend: 'nftables'})).toEqual([
    "advice: sendmail's access map cannot be read, so nobody can tell who waits for its greeting: run doctor as root",
  ]);
  const unasked = {...unread, pause: {...greeting.pause, accessMap: 'notAsked'}} as const;
  expect(troubles({status, greeting: unasked}, {greeting: 'observe', backend: 'nftables'})).toEqual(
    [expect.stringContaining('advice: loopback, your own addresses and the whitelist wait for')],
  );
});

test('a port of the gate that others have is reported, by status and doctor', () => {
  const taken = 'sendmail (process 812)';
  const silent = {...view, taken, gate: undefined};
  expect(greetingLines(silent, nowMs)[1]).toBe(
    'gate: NOT heard since the start, so nobody is led to it; its port is taken by sendmail (process 812)',
  );
  expect(greetingLines({...view, taken}, nowMs)[1]).toMatch(
    /heard 4s ago: its port is taken by sendmail \(process 812\), so nobody is led to it$/,
  );
  const status = {...statusWith(3), greeting: silent};
  const greeting = {
    ...{pause: undefined, waiting: [], database: 'current' as const, listenQueue: 128},
    taken,
  } as const;
  expect(troubles({status, greeting}, {greeting: 'gate', backend: 'nftables'})).toEqual([
    'bad: greeting: port 2500 (greeting_port) is taken by sendmail (process 812), and not by the gate: no client is led there; choose another greeting_port',
  ]);
});

test('doctor finds a gate to which nobody comes, after an hour, and what plain iptables cannot see', () => {
  const gate = {...view.gate!, state: 'takes' as const};
  const fates = {handed: 0, early: 0, left: 0, unwaited: 0, refused: 0};
  const rules = [{family: 4, state: 'stands'}] as const;
  const unseen = {...view, rules, fates, gate: {...gate, waiting: 0, heardMs: nowMs}};
  const found = (greeting: typeof unseen, sinceMs: number, backend: 'nftables' | 'iptables') =>
    troubles({nowMs, status: {...statusWith(3), sinceMs, greeting}}, {greeting: 'gate', backend});
  const hourAgo = nowMs - 3_600_000;
  expect(found(unseen, hourAgo, 'nftables')).toEqual([
    expect.stringContaining('advice: the gate has seen no client in 1h, '),
  ]);
  expect(found(unseen, hourAgo + 1, 'nftables')).toEqual([]);
  expect(found({...unseen, fates: {...fates, left: 1}}, hourAgo, 'nftables')).toEqual([]);
  expect(found({...unseen, gate: {...unseen.gate, waiting: 1}}, hourAgo, 'nftables')).toEqual([]);
  expect(found(unseen, nowMs, 'iptables')).toEqual([
    expect.stringContaining('advice: the backend iptables cannot remember who spoke'),
  ]);
});

test('the advice writes what can be written, and names the rest', () => {
  const text = pauseAdvice(['127.0.0.0/8', '192.0.2.0/25'].map(networkOf));
  expect(text).toContain("FEATURE(`greet_pause', `5000')dnl");
  expect(text).toContain('GreetPause:127\t0');
  expect(text).toContain('#   192.0.2.0/25');
});
