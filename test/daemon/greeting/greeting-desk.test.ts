/** The daemon, a gate that reports through the control socket, and a way that writes down what it is asked for. */
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {FakeWay} from './fake-way.js';
import type {Config} from '../../../src/config/schema.js';
import type {Answer} from '../../../src/control/protocol.js';
import {route} from '../../../src/control/route.js';
import {Daemon} from '../../../src/daemon/daemon.js';
import type {GateReport, GateVisit} from '../../../src/greeting/report.js';
import {emptyState, type State} from '../../../src/guard/state.js';
import {note} from '../../../src/judge/learning.js';
import {configIn} from '../../support/config.js';
import {FakeNetfilter} from '../../support/fake-netfilter.js';
import {tempDirs, until} from '../../support/temp.js';

const newDir = tempDirs();
const client = '203.0.113.7';
const hourMs = 3_600_000;
const passMs = 30 * 24 * hourMs;

let folder: string;
let log: string;
let state: State;
let way: FakeWay;
let said: string[];
const stopping: (() => Promise<unknown>)[] = [];

beforeEach(() => {
  folder = newDir();
  log = join(folder, 'mail.log');
  fs.writeFileSync(log, 'an old line\n');
  state = emptyState();
  note(state.learning, {kind: 'learnt'});
  way = new FakeWay();
  said = [];
});
afterEach(async () => {
  for (const stop of stopping.splice(0)) await stop();
});

function daemonWith(mode: Config['greeting']): Daemon {
  const own = {syslogMsgsFile: [log], whiteList: join(folder, 'whitelist'), cutSessions: 'none'};
  const daemon = new Daemon({
    config: {...configIn(folder), ...own, greeting: mode} as Config,
    state,
    commit: () => undefined,
    history: () => [],
    run: new FakeNetfilter().run,
    families: [4],
    log: {
      say: (_, message) => void said.push(message),
      shows: () => true,
      close: () => Promise.resolve(),
    },
    way,
  });
  daemon.start();
  stopping.push(() => daemon.stop('leave'));
  return daemon;
}

const report = (changed: Partial<GateReport> = {}): GateReport => ({
  ...{state: 'takes', port: 2500, waiting: 1, children: 1, stress: 'calm'},
  ...{visits: [], waiters: [{client, sinceMs: Date.now() - 2000}]},
  ...changed,
});

const visit = (fate: GateVisit['fate'], changed: Partial<GateVisit> = {}): GateVisit => ({
  ...{fate, client, atMs: Date.now(), waitedMs: 6004},
  ...changed,
});

/** As it comes through the socket. */
const greet = (daemon: Daemon, given: GateReport): Promise<Answer> =>
  route(JSON.parse(JSON.stringify({command: 'greet', report: given})), {
    course: () => Promise.reject(new Error('not for the course')),
    complaint: (request) => daemon.complain(request),
    guard: (request) => daemon.answer(request),
    gate: ({report: read}) => Promise.resolve(daemon.greet(read)),
  });

const taken = {kind: 'done', message: 'taken'};
const scoreOf = async (daemon: Daemon, network = client): Promise<number | undefined> => {
  const answer = await daemon.answer({command: 'why', network});
  return answer.kind === 'why' ? answer.why.known?.score : undefined;
};

describe('a report', () => {
  test('of a gate that takes clients renews the way; of a full one, or at another port, not', async () => {
    const daemon = daemonWith('gate');
    expect(await greet(daemon, report())).toEqual(taken);
    expect(way.renewals).toBe(1);
    expect(await greet(daemon, report({state: 'full'}))).toEqual(taken);
    expect(await greet(daemon, report({port: 2600}))).toMatchObject({kind: 'refused'});
    expect([way.renewals, way.ends]).toEqual([1, 0]);
    expect(said.filter((line) => line.includes('port 2600'))).toHaveLength(1);
  });

  test('of a gate that ends has the redirection end, and renews nothing', async () => {
    const daemon = daemonWith('gate');
    expect(await greet(daemon, report({state: 'ends'}))).toEqual(taken);
    expect([way.renewals, way.ends]).toEqual([0, 1]);
  });

  test.each(['off', 'observe'] as const)('under %s is refused', async (mode) => {
    const daemon = daemonWith(mode);
    const visits = [visit('handed'), visit('early')];
    expect(await greet(daemon, report({visits}))).toMatchObject({kind: 'refused'});
    expect([way.renewals, way.passed, state.passed.size]).toEqual([0, [], 0]);
  });

  test('gives a pass to a client that waited for the setting, to one that could not for an hour, and both after a restart', async () => {
    const daemon = daemonWith('gate');
    const atMs = Date.now() - 1000;
    const visits = [
      visit('handed', {atMs, pid: 7}),
      visit('unwaited', {atMs, client: '203.0.113.8'}),
      visit('handed', {atMs, client: '2001:db8::1'}),
      visit('handed', {atMs, client: 'fe80::1%eth0'}),
      visit('refused', {atMs, client: '203.0.113.9'}),
    ];
    await greet(daemon, report({visits}));
    const wanted = [
      [client, atMs + passMs],
      ['203.0.113.8', atMs + hourMs],
      ['2001:db8::/64', atMs + passMs],
    ];
    expect(way.passed).toEqual(wanted);
    await greet(daemon, report({visits}));
    expect(way.passed).toHaveLength(3);
    way = new FakeWay();
    daemonWith('gate');
    expect(way.passed).toEqual(wanted);
  });

  test('of an early talker counts against it once, with what the kernel saw of the same act', async () => {
    const daemon = daemonWith('gate');
    way.seen.push(client);
    await greet(daemon, report({visits: [visit('early', {said: 'EHLO bot'})]}));
    await until('the kernel was asked', () => way.seen.length === 0);
    expect(await scoreOf(daemon)).toBe(3);
    expect(state.blocks.size).toBe(0);
    const answer = await daemon.answer({command: 'why', network: client});
    expect(answer).toMatchObject({why: {greeted: {early: {times: 1, said: 'EHLO bot'}}}});
  });

  test('of a client that left weighs nothing, and why shows it', async () => {
    const daemon = daemonWith('gate');
    await greet(daemon, report({visits: [visit('left', {waitedMs: 900})]}));
    expect(await scoreOf(daemon)).toBeUndefined();
    const answer = await daemon.answer({command: 'why', network: client});
    expect(answer).toMatchObject({why: {greeted: {left: {times: 1}}}});
  });
});

describe('strict', () => {
  test('an early talker is blocked at once, and has no pass any more', async () => {
    const daemon = daemonWith('strict');
    await greet(daemon, report({visits: [visit('handed')]}));
    expect(state.passed.size).toBe(1);
    await greet(daemon, report({visits: [visit('early')]}));
    expect(state.blocks.get(client)?.reason).toBe(
      '1 session with talk before the greeting, none delivered, score 10.0 of 10, proof kernel',
    );
    expect(state.passed.size).toBe(0);
    expect(way.over).toEqual([client]);
  });

  test('an exempt client is not, nor is one that has logged in', async () => {
    fs.writeFileSync(join(folder, 'whitelist'), '203.0.113.0/28\n');
    const user = '198.51.100.9';
    state.submitters.set(user, {lastMs: Date.now() - 1000});
    const daemon = daemonWith('strict');
    await greet(daemon, report({visits: [visit('early'), visit('early', {client: user})]}));
    expect(state.blocks.size).toBe(0);
    expect([...way.exempted].sort()).toEqual(
      expect.arrayContaining(['127.0.0.0/8', user, '203.0.113.0/28', '::1']),
    );
  });
});

test('observe: what the kernel saw counts, and the status shows it', async () => {
  const daemon = daemonWith('observe');
  way.seen.push(client, 'no address');
  await until('it counted', async () => (await scoreOf(daemon)) === 3);
  const answer = await daemon.answer({command: 'status'});
  expect(answer).toMatchObject({status: {greeting: {mode: 'observe', seenEarly: 1}}});
});

test('mail that arrives renews the pass of its client', async () => {
  const daemon = daemonWith('gate');
  const atMs = Date.now() - 3 * hourMs;
  await greet(daemon, report({visits: [visit('handed', {atMs})]}));
  const end = new AbortController();
  const life = daemon.follow(end.signal);
  stopping.unshift(async () => {
    end.abort();
    await life;
    // What it began when it had caught up has ended.
    await daemon.lookForLeftovers();
    await daemon.check();
  });
  await until('its place in the log', () => state.positions.size > 0);
  const stamp = new Date().toISOString().replace('Z', '+00:00');
  const head = `${stamp} relay sm-mta[42]: 6ALHKSxX000042:`;
  fs.appendFileSync(
    log,
    `${head} from=<a@example.org>, size=900, class=0, nrcpts=1, msgid=<1@example.org>, proto=ESMTP, daemon=MTA, relay=mail.example.org [${client}]\n` +
      `${stamp} relay sm-mta[43]: 6ALHKSxX000042: to=<anna@example.net>, delay=00:00:01, mailer=local, pri=1, dsn=2.0.0, stat=Sent\n`,
  );
  await until('the pass is longer', () => (state.passed.get(client)?.untilMs ?? 0) > atMs + passMs);
  expect(way.passed.at(-1)?.[0]).toBe(client);
  expect(way.passed.at(-1)?.[1]).toBeGreaterThan(Date.now() + passMs - hourMs);
});

test('the status shows the waiting clients, and how the gate stands', async () => {
  const daemon = daemonWith('gate');
  await greet(daemon, report({visits: [visit('handed')], stress: 'stressed'}));
  expect(await daemon.answer({command: 'waiting'})).toMatchObject({
    waiting: {waiting: 1, waiters: [{client}]},
  });
  expect(await daemon.answer({command: 'status'})).toMatchObject({
    status: {greeting: {fates: {handed: 1}, passed: 1, gate: {stress: 'stressed'}}},
  });
});

test('the end of the daemon ends the way; a check looks at it', async () => {
  const daemon = daemonWith('gate');
  await daemon.check();
  expect(way.checks).toBe(1);
  await stopping.pop()!();
  expect(way.ended).toBe('left');
});
