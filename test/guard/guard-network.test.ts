/** Blocks of whole networks: who in them is not blocked with them, and what earns no good name. */
import {beforeEach, describe, expect, test} from '@jest/globals';
import {Guard} from '../../src/guard/guard.js';
import {askNobody} from '../../src/guard/joining.js';
import type {Outcome} from '../../src/guard/outcome.js';
import {unblock} from '../../src/guard/lifting.js';
import {emptyState, type State} from '../../src/guard/state.js';
import {Judge} from '../../src/judge/judge.js';
import {parseWhitelist} from '../../src/net/whitelist.js';
import {Exemptions} from '../../src/score/exempt.js';
import {address} from '../net/samples.js';
import {settings, startMs} from '../score/samples.js';

let state: State;
let guard: Guard;
let lines: number;
beforeEach(() => {
  state = emptyState();
  guard = new Guard(settings, state);
  lines = 0;
});
const exemptBy = (...entries: string[]): Exemptions =>
  new Exemptions(parseWhitelist('wl', entries.join('\n')), undefined, []);

/** An envelope in which names are refused, and no message comes. */
function guess(client: string, names: number, exemptions: Exemptions, accepted = 0): Outcome[] {
  const id = `6ALC${String(++lines).padStart(4, '0')}000152`;
  const say = (message: string): Outcome[] => {
    const record = {atMs: startMs, host: 'relay', program: 'sm-mta', pid: 152, message, times: 1};
    return guard.take({...record, writer: undefined}, startMs, exemptions, askNobody);
  };
  const refused = Array.from({length: names}, (_, i) =>
    say(`${id}: <n${lines}x${i}@example.net>... User unknown`),
  ).flat();
  const end = `${id}: from=<a@example.org>, size=0, class=0, nrcpts=${accepted}, relay=[${client}]`;
  return [...refused, ...say(end)];
}
const from24 = (exemptions: Exemptions): Outcome[] =>
  [1, 2, 3, 4].flatMap((i) => guess(`198.51.100.${i}`, 2, exemptions));

test('a /24 from which four strangers guess is blocked', () => {
  from24(exemptBy());
  expect(state.blocks.get('198.51.100.0/24')).toMatchObject({
    because: {rule: 'neighbours', members: 4},
    untilMs: startMs + 86_400_000,
  });
});

test('a /24 that the operator unblocks is not blocked again for the guesses that led to the block', () => {
  from24(exemptBy());
  expect(unblock(state, '198.51.100.0/24', startMs)).toMatchObject({why: 'operator'});
  expect(state.blocks.get('198.51.100.0/24')).toBeUndefined();
  for (let i = 10; i < 17; i++) guess(`198.51.100.${i}`, 1, exemptBy());
  // By which it was convicted is a block of its own.
  expect([...state.blocks.values()].map(({network}) => network)).toEqual(['198.51.100.4']);
  guess('198.51.100.17', 1, exemptBy());
  expect(state.blocks.get('198.51.100.0/24')).toMatchObject({because: {rule: 'neighbours'}});
});

test('an exempt client in it passes', () => {
  from24(exemptBy('198.51.100.200', '198.51.100.128/28'));
  expect(state.blocks.get('198.51.100.0/24')?.except).toEqual([
    '198.51.100.200',
    '198.51.100.128/28',
  ]);
});

test('friends in it pass', () => {
  const judge = new Judge(settings.policy, state);
  for (const senderHash of [1, 2]) {
    judge.delivered({
      ...{client: undefined, proof: 'log', submitter: 'own', sender: 'named', senderHash},
      ...{recipients: ['<x@example.org>'], others: [], atMs: startMs},
      nextHost: address('198.51.100.77'),
    });
  }
  from24(exemptBy());
  expect(state.blocks.get('198.51.100.0/24')?.except).toEqual(['198.51.100.77']);
});

test('a network that is exempt as a whole is not blocked, and one with too many exceptions is not either', () => {
  const many = Array.from({length: 65}, (_, i) => `198.51.100.${100 + i}`);
  for (const exemptions of [exemptBy('198.51.100.128/25', ...many)]) from24(exemptions);
  expect(state.blocks.get('198.51.100.0/24')).toBeUndefined();
});

describe('refusals without a delivery earn nothing', () => {
  test('envelopes of known names without a message, and mail that never arrives', () => {
    for (let i = 0; i < 50; i++) guess('203.0.113.7', 0, exemptBy(), 50);
    expect(state.clients.size).toBe(0);
    guess('203.0.113.7', 9, exemptBy(), 50);
    expect(state.blocks.size).toBe(0);
    guess('203.0.113.7', 1, exemptBy(), 50);
    expect(state.blocks.get('203.0.113.7')).toMatchObject({because: {rule: 'row', delivered: 0}});
  });
});
