/** The brakes in the pipeline: no room, a full minute, and the stop when good senders are blocked. */
import {beforeEach, describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import type {Block} from '../../src/blocks/block.js';
import {Guard, askNobody} from '../../src/guard/guard.js';
import type {GuardSettings} from '../../src/guard/settings.js';
import type {Outcome} from '../../src/guard/outcome.js';
import {liftSince} from '../../src/guard/lifting.js';
import {emptyState, type State} from '../../src/guard/state.js';
import {parseWhitelist} from '../../src/net/whitelist.js';
import {brakeView} from '../../src/score/brake.js';
import {Exemptions} from '../../src/score/exempt.js';
import {settings, startMs} from '../score/samples.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const guesser = '203.0.113.66';
const good = ['198.51.100.1', '198.51.100.2', '198.51.100.3', '198.51.100.4'] as const;
const [one, two, three] = good;

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

const withBrakes = (changed: Partial<GuardSettings['brakes']>): Guard =>
  new Guard({...settings, brakes: {...settings.brakes, ...changed}}, state);

function say(message: string, atMs: number): Outcome[] {
  const record = {atMs, host: 'relay', program: 'sm-mta', pid: 152, message, times: 1};
  return guard.take({...record, writer: undefined}, Math.max(nowMs, atMs), friends, askNobody);
}

/** A mail of the client that was accepted. */
function deliver(client: string, atMs: number): void {
  const id = `6ALC${String(++lines).padStart(4, '0')}000152`;
  say(`${id}: from=<a@example.org>, size=9, class=0, nrcpts=1, relay=[${client}]`, atMs);
}

/** Wrong names, one a second, which the client's own lines tell. */
function guess(client: string, atMs: number, count = 10): Outcome[] {
  return Array.from({length: count}, (_, i) => {
    const id = `6ALC${String(++lines).padStart(4, '0')}000152`;
    const name = `<name${lines}@example.net>`;
    const reject = `reject=550 5.1.1 ${name}... User unknown`;
    const line = `${id}: ruleset=check_rcpt, arg1=${name}, relay=[${client}], ${reject}`;
    return say(line, atMs + i * 1000);
  }).flat();
}

const without = (outcomes: readonly Outcome[]): Outcome[] =>
  outcomes.filter(({kind}) => kind !== 'counted');
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

  test('one that stands is set anew all the same', () => {
    expect(guard.block(byHand(nth(3), 3000), 1).kind).toBe('block');
    expect(state.blocks.get(nth(3))?.untilMs).toBe(3000);
  });
});

describe('blocksPerMinute', () => {
  beforeEach(() => {
    guard = withBrakes({blocksPerMinute: 1});
    nowMs = startMs + 30_000;
  });

  test('who is beyond it is told once, keeps his score, and is blocked by his next sign', () => {
    expect(kindsOf(guess(guesser, startMs))).toEqual(['block']);
    expect(kindsOf(guess(one, startMs, 12))).toEqual(['heldBack: minute']);
    expect(state.offenders.get(one)?.score).toBeGreaterThan(11);
    expect(kindsOf(guess(one, startMs + minute, 1))).toEqual(['block']);
  });

  test('does not limit the operator, nor count his blocks', () => {
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

describe('what an unconfirmed configuration made', () => {
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

  test('is not what was made before', () => {
    nowMs = sinceMs - 1;
    guess(guesser, startMs);
    expect(liftedSince()).toEqual([]);
  });

  test('is, in a state of an earlier version, what began since', () => {
    const old = {untilMs: sinceMs + hour, reason: 'r', origin: 'evidence'} as const;
    state.blocks.set(one, {network: one, fromMs: sinceMs - 1, ...old});
    state.blocks.set(two, {network: two, fromMs: sinceMs, ...old});
    expect(liftedSince()).toEqual([two]);
  });

  test('is not what was made before it while the clock was ahead', () => {
    nowMs = sinceMs + day;
    guess(guesser, startMs);
    guard.sweep(startMs + minute);
    expect(liftedSince()).toEqual([]);
  });
});

describe('the list of users is gone', () => {
  beforeEach(() => {
    for (const client of good) deliver(client, startMs - day);
  });
  const wave = (): Outcome[] => [one, two, three].flatMap((client) => guess(client, startMs));

  test('the third good sender makes it stop, and nobody of them stays blocked', () => {
    const outcomes = without(wave());
    expect(outcomes).toMatchObject([
      {kind: 'block', block: {network: one}},
      {kind: 'block', block: {network: two}},
      {kind: 'lifted', why: 'brake', block: {network: one}},
      {kind: 'lifted', why: 'brake', block: {network: two}},
      {kind: 'stopped', when: 'now', clients: [one, two, three], heldBack: 1},
    ]);
    expect(state.blocks.size).toBe(0);
    expect(state.history.map(({event, network, reason}) => [event, network, reason])).toEqual([
      ['blocked', one, '10 distinct unknown recipients in 9s, proof log'],
      ['blocked', two, '10 distinct unknown recipients in 9s, proof log'],
      ['unblocked', one, 'brake'],
      ['unblocked', two, 'brake'],
    ]);
  });

  test('a block that was taken back does not make the next one longer', () => {
    wave();
    expect(state.offenders.get(one)).toMatchObject({blocks: 0, blockedUntilMs: startMs + 9000});
    guard.resume(startMs + minute);
    const again = without(guess(one, startMs + hour));
    expect(again).toMatchObject([{kind: 'block', repeat: 1}]);
  });

  test('a guesser’s block stands; further ones are held back, while scores go on', () => {
    guess(guesser, startMs);
    wave();
    expect([...state.blocks.values()].map(({network}) => network)).toEqual([guesser]);
    expect(kindsOf(guess('203.0.113.67', startMs + minute, 12))).toEqual(['heldBack: stop']);
    expect(state.offenders.get('203.0.113.67')?.score).toBeGreaterThan(11);
    expect(brakeView(state, startMs + minute)).toMatchObject({kind: 'stopped', heldBack: 2});
  });

  test('the operator’s own block of one of them stays, and he can make more', () => {
    guess(one, startMs);
    guard.block(byHand(one, startMs + day), 1);
    guess(two, startMs);
    guess(three, startMs);
    expect([...state.blocks.values()].map(({network}) => network)).toEqual([one]);
    expect(guard.block(byHand(three, startMs + day), 1).kind).toBe('block');
  });

  test('whoever was held back is blocked at his next sign once it is resumed', () => {
    wave();
    guess(guesser, startMs);
    expect(guard.resume(startMs + minute)).toMatchObject({kind: 'resumed', heldBack: 2});
    expect(state.blocks.size).toBe(0);
    expect(kindsOf(guess(guesser, startMs + minute, 1))).toEqual(['block']);
    expect(guard.resume(startMs + minute)).toBeUndefined();
  });

  test('good senders begin anew then: hundreds of names of a broken list count no more', () => {
    wave();
    guess(good[3], startMs, 100);
    guard.resume(startMs + minute);
    expect(
      kindsOf([...guess(three, startMs + minute, 9), ...guess(good[3], startMs + minute, 9)]),
    ).toEqual([]);
    expect(kindsOf(guess(three, startMs + minute, 1))).toEqual(['block']);
  });

  test('a guesser cannot make himself a name by a mail in between', () => {
    const bots = ['203.0.113.1', '203.0.113.2', '203.0.113.3'];
    for (const bot of bots) {
      guess(bot, startMs, 1);
      deliver(bot, startMs + 1000);
    }
    const outcomes = bots.flatMap((bot) => guess(bot, startMs + 9 * minute));
    expect(kindsOf(outcomes)).toEqual(['block', 'block', 'block']);
  });

  test('a mail without a message, or asked for in vain, is no mail', () => {
    const id = '6ALC9999000152';
    const line = (size: number, nrcpts: number): string =>
      `${id}: from=<a@example.org>, size=${size}, class=0, nrcpts=${nrcpts}, relay=[${guesser}]`;
    say(line(0, 5), startMs);
    say(line(5, 0), startMs);
    expect(state.senders.get(guesser)).toBeUndefined();
    say(line(5, 5), startMs);
    expect(state.senders.get(guesser)).toBeDefined();
  });

  test('who is exempt neither is blocked nor counts, also when he became it after his block', () => {
    guess(one, startMs);
    friends = new Exemptions(parseWhitelist('wl', `${one}\n${two}\n`), undefined, []);
    const ofTwo = kindsOf(guess(two, startMs));
    expect(new Set(ofTwo)).toEqual(new Set(['exempt']));
    expect(kindsOf(guess(three, startMs))).toEqual(['block']);
    expect(kindsOf(guess(good[3], startMs))).toEqual(['block']);
    expect(brakeView(state, startMs)).toEqual({kind: 'free'});
  });

  test('it is told again each ten minutes as time goes by', () => {
    wave();
    const told = [1, 9, 11, 12, 20, 22].map((m) => kindsOf(guard.sweep(startMs + m * minute)));
    expect(told).toEqual([[], [], ['stopped'], [], [], ['stopped']]);
  });

  test('a good name is forgotten with time', () => {
    guard.sweep(startMs + 15 * day);
    expect(state.senders.size).toBe(0);
  });

  test('0 never stops', () => {
    state = emptyState();
    guard = withBrakes({goodSendersMax: 0});
    for (const client of good) deliver(client, startMs - day);
    expect(kindsOf(good.flatMap((client) => guess(client, startMs)))).toEqual(
      Array(4).fill('block'),
    );
    expect(state.senders.size).toBe(0);
  });
});

describe('property: whatever comes, and however the clock jumps', () => {
  const clients = [...good, guesser, '203.0.113.67'];
  const step = fc.record({
    who: fc.nat(clients.length - 1),
    what: fc.constantFrom('guess', 'guess', 'guess', 'guess', 'deliver', 'sweep', 'resume'),
    waitMs: fc.nat(4 * minute),
    jump: fc.constantFrom(...Array<number>(12).fill(0), hour, -hour),
  });

  test('a stop lets none of its senders stay blocked, and no evidence block is made in it', () => {
    let stops = 0;
    fc.assert(
      fc.property(fc.array(step, {maxLength: 40}), (steps) => {
        state = emptyState();
        guard = new Guard(settings, state);
        for (const client of good) deliver(client, startMs - day);
        let atMs = startMs;
        for (const {who, what, waitMs, jump} of steps) {
          atMs += waitMs + jump;
          nowMs = atMs;
          const wasStopped = brakeView(state, nowMs).kind === 'stopped';
          if (what === 'resume') {
            expect(guard.resume(nowMs) !== undefined).toBe(wasStopped);
            expect(brakeView(state, nowMs).kind).toBe('free');
            continue;
          }
          if (what === 'deliver') deliver(good[who % good.length] ?? one, atMs);
          const isGuess = what === 'guess';
          const outcomes = isGuess ? guess(clients[who] ?? guesser, atMs) : guard.sweep(nowMs);
          if (wasStopped) expect(kindsOf(outcomes)).not.toContain('block');
          const stopped = outcomes.find(({kind}) => kind === 'stopped');
          if (stopped?.kind !== 'stopped') continue;
          stops += stopped.when === 'now' ? 1 : 0;
          expect(stopped.clients).toHaveLength(3);
          expect(good).toEqual(expect.arrayContaining([...stopped.clients]));
          for (const client of stopped.clients) expect(state.blocks.get(client)).toBeUndefined();
        }
      }),
      {numRuns: 300},
    );
    expect(stops).toBeGreaterThan(5);
  });
});
