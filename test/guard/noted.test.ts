/** A block that a killed run had noted: the judge goes on as if it had made the block itself. */
import {expect, test} from '@jest/globals';
import {Guard} from '../../src/guard/guard.js';
import {emptyState} from '../../src/guard/state.js';
import {noteOf, takeNotes} from '../../src/blocks/noted.js';
import {isSavedBlock} from '../../src/guard/saved-rows.js';
import type {Outcome} from '../../src/guard/outcome.js';
import {parseWhitelist} from '../../src/net/whitelist.js';
import {Exemptions} from '../../src/score/exempt.js';
import type {Stuck} from '../../src/sessions/reap.js';
import {address} from '../net/samples.js';
import {settings, startMs} from '../score/samples.js';

const nobody = new Exemptions(parseWhitelist('wl', ''), undefined, []);
const client = address('203.0.113.7');

/** Forty sessions that hang are a block, whatever else is known. */
const hang = (guard: Guard, atMs: number): Outcome[] =>
  Array.from({length: 40}, (_, pid): Stuck => {
    const who = {pid, startTicks: atMs, client, named: {client, proof: 'kernel' as const}};
    return {...who, rule: 'idle', ageSeconds: 700, idleSeconds: 600};
  }).flatMap((stuck) => guard.reaped(stuck, atMs, nobody));
const blockOf = (outcomes: readonly Outcome[]) =>
  outcomes.flatMap((each) => (each.kind === 'block' ? [each] : []));

test('the next block of the client is its second', () => {
  const killed = new Guard(settings, emptyState());
  const [made] = blockOf(hang(killed, startMs));
  expect(made?.repeat).toBe(1);

  const state = emptyState();
  const guard = new Guard(settings, state);
  for (const block of takeNotes(state, noteOf(made!.block), isSavedBlock)) guard.noted(block);
  expect(state.blocks.get(client.text)).toEqual(made?.block);
  expect(blockOf(hang(guard, startMs + 1000))).toEqual([]);

  const laterMs = made!.block.untilMs + 3_600_000;
  guard.sweep(laterMs);
  expect(blockOf(hang(guard, laterMs))[0]?.repeat).toBe(2);
});
