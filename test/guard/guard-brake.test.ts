/** What holds blocks back in the pipeline: no room, a full minute, a relay that lost its users. */
import {beforeEach, describe, expect, test} from '@jest/globals';
import type {Block} from '../../src/blocks/block.js';
import {Guard} from '../../src/guard/guard.js';
import {askNobody} from '../../src/guard/joining.js';
import type {GuardSettings} from '../../src/guard/settings.js';
import {Judge} from '../../src/judge/judge.js';
import {hostNetwork} from '../../src/net/network.js';
import {address} from '../net/samples.js';
import type {Outcome} from '../../src/guard/outcome.js';
import {liftSince} from '../../src/guard/lifting.js';
import {emptyState, type State} from '../../src/guard/state.js';
import {parseWhitelist} from '../../src/net/whitelist.js';
import {Exemptions} from '../../src/score/exempt.js';
import {settings, startMs} from '../score/samples.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const guesser = '203.0.113.66';
const [one, two] = ['198.51.100.1', '198.51.100.2'] as const;

let state: State;
let guard: Guard;
let nowMs: number;
let friends: Exemptions;
let lines: number;
beforeEach(() => {
  state = emptyState();
  guard = new Guard(settings, state);
  nowMs = startMs;
  friends = new Exemptions(parseWhitelist('wl', ''), undefined, []);
  lines = 0;
});

const withBrakes = (changed: Partial<GuardSettings>): Guard =>
  new Guard({...settings, ...changed}, state);

function say(message: string, atMs: number): Outcome[] {
  const record = {atMs, host: 'relay', program: 'sm-mta', pid: 152, message, times: 1};
  return guard.take({...record, writer: undefined}, Math.max(nowMs, atMs), friends, askNobody);
}

/** Wrong names, one a second in an envelope each, which the client's own lines tell. */
function guess(client: string, atMs: number, count = 10): Outcome[] {
  return Array.from({length: count}, (_, i) => {
    const id = `6ALC${String(++lines).padStart(4, '0')}000152`;
    const name = `<name${lines}@example.net>`;
    const reject = `reject=550 5.1.1 ${name}... User unknown`;
    const line = `${id}: ruleset=check_rcpt, arg1=${name}, relay=[${client}], ${reject}`;
    const end = `${id}: from=<a@example.org>, size=0, class=0, nrcpts=0, relay=[${client}]`;
    return [...say(line, atMs + i * 1000), ...say(end, atMs + i * 1000)];
  }).flat();
}

const without = (outcomes: readonly Outcome[]): Outcome[] =>
  outcomes.filter(({kind}) => kind !== 'counted' && kind !== 'envelopeEnded');
const kindsOf = (outcomes: readonly Outcome[]): string[] =>
  without(outcomes).map((o) => (o.kind === 'heldBack' ? `heldBack: ${o.why}` : o.kind));
const byHand = (network: string, untilMs = 2000): Block => ({
  network,
  fromMs: 0,
  untilMs,
  reason: 'asked for',
  origin: 'operator',
});

describe('blocksMax', () => {
  const nth = (i: number): string => `2001:db8::${(i + 1).toString(16)}`;
  beforeEach(() => {
    guard = withBrakes({blocksMax: 7});
    for (let i = 0; i < 7; i++) state.blocks.set(nth(i), byHand(nth(i)));
  });

  test('one more is not made, neither by evidence nor by hand', () => {
    expect(guard.block(byHand(guesser), 1)).toEqual({kind: 'noRoom', network: guesser});
    expect(kindsOf(guess(guesser, startMs))).toEqual(['noRoom']);
    expect([state.blocks.size, state.history]).toEqual([7, []]);
  });

  test('a block that stands is set anew all the same', () => {
    expect(guard.block(byHand(nth(3), 3000), 1).kind).toBe('block');
    expect(state.blocks.get(nth(3))?.untilMs).toBe(3000);
  });
});

test('one network with many addresses keeps no guesser free: blocks of it give their places', () => {
  guard = withBrakes({blocksMax: 20, policy: {...settings.policy, ipv6Prefix: 128}});
  const hosts = Array.from({length: 20}, (_, i) => `2001:db8:0:1::${(i + 1).toString(16)}`);
  for (const network of hosts) {
    const because = {
      rule: 'row',
      score: 90,
      bar: 10,
      counts: {},
      seconds: 1,
      delivered: 0,
    } as const;
    const rest = {deliveredDays: 0, stale: 0, wave: 'off', names: []} as const;
    guard.block(
      {
        ...{network, fromMs: startMs, untilMs: startMs + hour, reason: 'x', origin: 'evidence'},
        because: {...because, ...rest},
      },
      1,
    );
  }
  const [made] = without(guess(guesser, startMs));
  expect(made).toMatchObject({kind: 'block', insteadOf: hosts[0]});
  expect([state.blocks.size, state.blocks.get(hosts[0]!)]).toEqual([20, undefined]);
  expect(state.history.slice(-2)).toMatchObject([
    {network: hosts[0], event: 'unblocked', reason: 'replaced'},
    {network: guesser, event: 'blocked'},
  ]);
});

describe('blocksPerMinute', () => {
  beforeEach(() => {
    guard = withBrakes({blocksPerMinute: 1});
    nowMs = startMs + 30_000;
  });

  test('a client beyond it is reported once, keeps its score, and is blocked by its next sign', () => {
    expect(kindsOf(guess(guesser, startMs))).toEqual(['block']);
    expect(kindsOf(guess(one, startMs, 12))).toEqual(['heldBack: minute']);
    const known = guard.judged.client(hostNetwork(address(one)), nowMs);
    expect(known?.score).toBeGreaterThan(11);
    expect(kindsOf(guess(one, startMs + minute, 1))).toEqual(['block']);
  });

  test('does not limit the operator, and does not count blocks of the operator', () => {
    for (let i = 1; i <= 9; i++) {
      expect(guard.block(byHand(`192.0.2.${i}`), 1).kind).toBe('block');
    }
    expect(kindsOf(guess(guesser, startMs))).toEqual(['block']);
    expect(guard.block(byHand('192.0.2.10'), 1).kind).toBe('block');
  });
});

test('blocks of a configuration that nobody confirmed are lifted, and make no next one longer', () => {
  guess('203.0.113.67', startMs);
  const sinceMs = startMs + minute;
  expect(kindsOf(guess(guesser, sinceMs))).toEqual(['block']);
  guard.block(
    {
      ...{network: '192.0.2.10', fromMs: sinceMs, untilMs: sinceMs + hour},
      ...{reason: 'asked for', origin: 'operator'},
    },
    1,
  );
  expect(liftSince(state, sinceMs, sinceMs + minute)).toMatchObject([
    {kind: 'lifted', why: 'notConfirmed', block: {network: guesser}},
  ]);
  expect([...state.blocks.values()].map(({network}) => network)).toEqual([
    '203.0.113.67',
    '192.0.2.10',
  ]);
  expect(without(guess(guesser, startMs + hour))).toMatchObject([{kind: 'block', repeat: 1}]);
});

describe('a block that an unconfirmed configuration made', () => {
  const sinceMs = startMs + 30 * minute;
  const liftedSince = (): unknown[] =>
    liftSince(state, sinceMs, sinceMs + minute).map(
      (outcome) => outcome.kind === 'lifted' && outcome.block.network,
    );

  test('is lifted too when the lines were much older', () => {
    nowMs = sinceMs + 1;
    expect(kindsOf(guess(guesser, startMs))).toEqual(['block']);
    expect(state.blocks.get(guesser)).toMatchObject({fromMs: startMs + 9000, madeMs: nowMs});
    expect(liftedSince()).toEqual([guesser]);
  });

  test('stays when it was made before', () => {
    nowMs = sinceMs - 1;
    guess(guesser, startMs);
    expect(liftedSince()).toEqual([]);
  });

  test('is lifted, in a state of an earlier version, when it began since', () => {
    const old = {untilMs: sinceMs + hour, reason: 'r', origin: 'evidence'} as const;
    state.blocks.set(one, {network: one, fromMs: sinceMs - 1, ...old});
    state.blocks.set(two, {network: two, fromMs: sinceMs, ...old});
    expect(liftedSince()).toEqual([two]);
  });

  test('stays when it was made before, while the clock was ahead', () => {
    nowMs = sinceMs + day;
    guess(guesser, startMs);
    guard.sweep(startMs + minute);
    expect(liftedSince()).toEqual([]);
  });
});

describe('the relay has lost its list of users', () => {
  const users = Array.from({length: 12}, (_, i) => `<user${i}@example.net>`);
  /** As if it had taken mail of yesterday: the log has no such line here. */
  const took = (): void => {
    new Judge(settings.policy, state).delivered({
      client: undefined,
      proof: 'log',
      submitter: 'stranger',
      sender: 'named',
      senderHash: 1,
      recipients: users,
      others: [],
      nextHost: undefined,
      atMs: startMs - day,
    });
  };
  const refuse = (atMs: number): Outcome[] =>
    users.flatMap((name, i) => {
      const id = `6ALC${String(++lines).padStart(4, '0')}000152`;
      const reject = `reject=550 5.1.1 ${name}... User unknown`;
      const relay = `relay=[198.51.${i % 4}.1]`;
      return say(`${id}: ruleset=check_rcpt, arg1=${name}, ${relay}, ${reject}`, atMs);
    });
  beforeEach(took);

  test('nobody is blocked any more, and blocks of the last quarter of an hour are lifted', () => {
    guess('203.0.113.67', startMs - hour);
    guess(guesser, startMs - 10 * minute);
    nowMs = startMs;
    expect(without(refuse(startMs))).toMatchObject([
      {kind: 'lifted', why: 'brake', block: {network: guesser}},
      {kind: 'listLost', when: 'now', sinceMs: startMs, names: 8, networks: 4},
    ]);
    expect([...state.blocks.values()].map(({network}) => network)).toEqual(['203.0.113.67']);
    expect(kindsOf(guess(one, startMs + minute, 30))).toEqual([]);
    // A block that was taken back makes no next one longer, and nothing is left of its score.
    const known = guard.judged.client(hostNetwork(address(guesser)), nowMs);
    expect(known).toMatchObject({blocks: 0, score: 0});
  });

  test('the guard reports the loss again each ten minutes as time goes by', () => {
    nowMs = startMs;
    refuse(startMs);
    const told = [1, 9, 11, 12, 20, 22].map((m) => kindsOf(guard.sweep(startMs + m * minute)));
    expect(told).toEqual([[], [], ['listLost'], [], [], ['listLost']]);
  });

  test('the operator ends it, once', () => {
    nowMs = startMs;
    refuse(startMs);
    expect(guard.resume()).toEqual({kind: 'listBack', sinceMs: startMs, why: 'operator'});
    expect(guard.resume()).toBeUndefined();
    expect(kindsOf(guess(two, startMs + minute))).toEqual(['block']);
  });

  test('a day without lost names ends it', () => {
    nowMs = startMs;
    refuse(startMs);
    expect(kindsOf(guard.sweep(startMs + 2 * day))).toContain('listBack');
  });
});
