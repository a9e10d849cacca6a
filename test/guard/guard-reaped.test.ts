/** What the reaper has ended speaks against its client: how much, when, and when not. */
import {beforeEach, describe, expect, test} from '@jest/globals';
import {Guard} from '../../src/guard/guard.js';
import type {Outcome} from '../../src/guard/outcome.js';
import {endBlocks} from '../../src/guard/lifting.js';
import {emptyState, type State} from '../../src/guard/state.js';
import {parseWhitelist} from '../../src/net/whitelist.js';
import {Exemptions} from '../../src/score/exempt.js';
import {hostNetwork} from '../../src/net/network.js';
import type {Stuck} from '../../src/sessions/reap.js';
import {address} from '../net/samples.js';
import {settings, startMs} from '../score/samples.js';

const nobody = new Exemptions(parseWhitelist('wl', ''), undefined, []);
const client = address('203.0.113.7');
const minuteMs = 60_000;

let state: State;
let guard: Guard;
beforeEach(() => {
  state = emptyState();
  guard = new Guard(settings, state);
});

const session = (pid: number, changed: Partial<Stuck> = {}): Stuck => ({
  pid,
  startTicks: 7777,
  rule: 'idle',
  client,
  named: {client, proof: 'kernel'},
  ageSeconds: 700,
  idleSeconds: 600,
  ...changed,
});
const kinds = (outcomes: readonly Outcome[]): string[] => outcomes.map(({kind}) => kind);
const reaped = (stuck: Stuck, atMs = startMs, exemptions = nobody): string[] =>
  kinds(guard.reaped(stuck, atMs, exemptions));
const score = (): number => guard.judged.client(hostNetwork(client), startMs)?.score ?? 0;

describe('Guard#reaped', () => {
  test('forty sessions at once are blocked, thirty-nine are not', () => {
    const all = Array.from({length: 40}, (_, i) => guard.reaped(session(i), startMs, nobody));
    expect(all.slice(0, 39).map(kinds)).toEqual(Array(39).fill(['reaped', 'counted']));
    expect(kinds(all[39] ?? [])).toEqual(['reaped', 'counted', 'block']);
    expect(state.blocks.get(client.text)?.reason).toBe(
      '40 sessions left in cmd read, none delivered, score 10.0 of 10, proof kernel',
    );
  });

  test('four that hang every ten minutes, for a week: never', () => {
    for (let minute = 0; minute < 7 * 1440; minute += 10) {
      for (let i = 0; i < 4; i++) reaped(session(minute * 4 + i), startMs + minute * minuteMs);
    }
    expect(state.blocks.size).toBe(0);
    const nowMs = startMs + 7 * 1440 * minuteMs;
    expect(guard.judged.client(hostNetwork(client), nowMs)?.score).toBe(0);
  });

  test('one session counts once, however often it is reported', () => {
    for (let i = 0; i < 100; i++) reaped(session(1));
    expect(score()).toBe(0.25);
  });

  test('exempt clients are reaped, and not counted', () => {
    const friends = new Exemptions(parseWhitelist('wl', '203.0.113.0/24\n'), undefined, []);
    expect(reaped(session(1), startMs, friends)).toEqual(['reaped', 'exempt']);
    expect(state.clients.size).toBe(0);
  });

  test('a session without a named client counts against nobody', () => {
    expect(reaped(session(1, {named: undefined}))).toEqual(['reaped']);
    expect(state.clients.size).toBe(0);
  });

  test('with `verified` a title is not enough', () => {
    guard = new Guard({...settings, attribution: 'verified'}, state);
    expect(reaped(session(1, {named: {client, proof: 'title'}}))).toEqual(['reaped', 'unproven']);
    expect(reaped(session(1))).toEqual(['reaped', 'counted']);
  });
});

describe('silence that a block causes is no evidence', () => {
  const block = (network: string): void => {
    const untilMs = startMs + 60 * minuteMs;
    guard.block({network, fromMs: startMs, untilMs, reason: 'asked for', origin: 'operator'}, 1);
  };

  test.each(['203.0.113.7', '203.0.113.0/24'])('while %s is blocked', (network) => {
    block(network);
    expect(reaped(session(1))).toEqual(['reaped']);
    expect(reaped(session(2, {named: {client: address('198.51.100.1'), proof: 'kernel'}}))).toEqual(
      ['reaped', 'counted'],
    );
  });

  test('after a block: silent since it stood, or only later', () => {
    for (let i = 0; i < 40; i++) reaped(session(i));
    const endMs = state.blocks.get(client.text)?.untilMs ?? 0;
    endBlocks(state, endMs);
    expect(reaped(session(50), endMs + 9 * minuteMs)).toEqual(['reaped']);
    expect(reaped(session(51), endMs + 11 * minuteMs)).toEqual(['reaped', 'counted']);
    const begun = {idleSeconds: undefined, ageSeconds: 20 * 60};
    expect(reaped(session(52, begun), endMs + 19 * minuteMs)).toEqual(['reaped']);
    expect(reaped(session(53, begun), endMs + 21 * minuteMs)).toEqual(['reaped', 'counted']);
  });
});
