/** Which outcome counts as what; in a replay what the blocked went on to ask counts for higher thresholds. */
import {expect, test} from '@jest/globals';
import {emptyState} from '../../src/guard/state.js';
import type {Outcome} from '../../src/guard/outcome.js';
import {parseAddress} from '../../src/net/address.js';
import {OutcomeTally} from '../../src/overview/outcome-tally.js';
import {levelSums} from '../../src/tally/score-days.js';

const atMs = Date.UTC(2026, 10, 21, 12);
const client = parseAddress('203.0.113.7')!;
const evidence = {kind: 'unknownRecipient', client, subject: 'x', atMs, proof: 'log'} as const;

const counted = (score: number, row = {bar: 10, mail: 'none'}): Outcome =>
  ({kind: 'counted', evidence, score, weight: 1, row}) as Outcome;
const blocked = (score: number, rule = 'row'): Outcome =>
  ({
    kind: 'block',
    repeat: 1,
    block: {
      ...{network: client.text, fromMs: atMs, untilMs: atMs + 1, origin: 'evidence', reason: ''},
      because: {rule, score, bar: 10, counts: {unknownRecipient: 10}, delivered: 0},
    },
  }) as unknown as Outcome;
const paid = {kind: 'paid', evidence} as Outcome;

function heard(outcomes: readonly Outcome[], use: 'live' | 'past' = 'live') {
  const state = emptyState('unsaved');
  const tally = new OutcomeTally(state, 10, use === 'past' ? ({text}) => text : undefined);
  for (const outcome of outcomes) tally.hear(outcome, atMs);
  const [row] = state.outcomeHours.values();
  const levels = levelSums(state.scoreDays.values(), atMs, atMs);
  return {row, at: (level: number) => levels.find(({threshold}) => threshold === level)!};
}

const guesser = Array.from({length: 10}, (_, at) => counted(at + 1));

test('guesses, spared, proven and paid names are told apart; signs are no names', () => {
  const {row} = heard([
    counted(1),
    counted(-3, {bar: 20, mail: 'had'}),
    {kind: 'exempt', evidence, exemption: {}} as unknown as Outcome,
    {kind: 'unproven', evidence},
    paid,
    {kind: 'counted', evidence: {...evidence, kind: 'authFailed'}, score: 1},
    {kind: 'delivered', client, sender: 'named', atMs} as unknown as Outcome,
    {kind: 'delivered', client, sender: 'null', atMs} as unknown as Outcome,
    {kind: 'delivered', client: undefined, sender: 'named', atMs} as unknown as Outcome,
  ]);
  expect(row).toMatchObject({guesses: 1, spared: 2, unproven: 1, whileBlocked: 1, signs: 1});
  expect(row).toMatchObject({delivered: 1, blocks: 0});
});

test('a block counts the answers to its client, by the kind of rule', () => {
  const {row} = heard([...guesser, blocked(10), blocked(3, 'silence')]);
  expect(row).toMatchObject({guesses: 10, blocks: 2, lowBlocks: 1, beforeBlocks: 20});
  const operators = {...blocked(10)} as Extract<Outcome, {kind: 'block'}>;
  const {row: none} = heard([{...operators, block: {...operators.block, origin: 'operator'}}]);
  expect(none).toBeUndefined();
});

test('a client that has delivered is held against a higher bar at each threshold', () => {
  const {at} = heard(guesser.map((_, i) => counted(i + 1, {bar: 20, mail: 'had'})));
  expect(at(5)).toMatchObject({blocks: 1, mailers: 1});
  expect(at(6)).toMatchObject({blocks: 0, mailers: 0});
});

test('above the present threshold only a replay knows which names the blocked would have gone on to ask', () => {
  const outcomes = [...guesser, blocked(10), ...Array.from({length: 6}, () => paid)];
  expect(heard(outcomes).at(15)).toMatchObject({blocks: 0, answers: 10});
  const past = heard(outcomes, 'past');
  expect(past.at(15)).toMatchObject({blocks: 1, answers: 15});
  expect(past.at(20)).toMatchObject({blocks: 0, answers: 16});
});
