/** What becomes of an open complaint, and who stays in it. */
import {describe, expect, test} from '@jest/globals';
import {type Mode, mostAboutNetwork, nextOf, stillAccused} from '../../src/complaint/next.js';
import type {Complaint} from '../../src/complaint/spool/complaint.js';
import {attacker, emptyTables, startMs} from './support.js';

const book = {key: '', days: 7, lastDay: 0, allowed: 'yes', handedMs: []} as const;
const network = '203.0.113.0/24';
const contact = {
  mailbox: 'abuse@example.net',
  source: 'registry',
  certainty: 'published',
} as const;
const guessing = (go: 'no' | 'yes'): Complaint => ({
  ...{id: 'a', network, contact, madeMs: startMs},
  about: {kind: 'guessing', network, attackers: [attacker('203.0.113.7')]},
  step: {kind: 'composed', go},
});
const next = (complaint: Complaint, mode: Mode, went = 0) =>
  nextOf(complaint, {mode, book, perDay: 50, from: 'abuse@example.org', went, nowMs: startMs + 1});

describe('a mode', () => {
  test.each([
    ['preview', 'no', 'wait'],
    ['preview', 'yes', 'wait'],
    ['ask', 'no', 'wait'],
    ['ask', 'yes', 'hand'],
    ['send', 'no', 'hand'],
  ] as const)('%s, with the word of the operator: %s', (mode, go, kind) => {
    expect(next(guessing(go), mode).kind).toBe(kind);
  });
});

const client = '203.0.113.7';
const found = {kind: 'person'} as const;
const told = {network, client, queueId: 'a', takenMs: startMs, found, header: ''};
const about = {kind: 'message', ...told} as const;
const message: Complaint = {...guessing('yes'), about};

test('messages of one network go up to a bound a day', () => {
  expect(next(message, 'ask', mostAboutNetwork - 1)).toEqual({kind: 'hand'});
  expect(next(message, 'ask', mostAboutNetwork)).toMatchObject({kind: 'wait'});
});

test('a message whose client may not be named any more goes no further', () => {
  const {complaintDeeds} = emptyTables();
  expect(stillAccused(message, complaintDeeds, () => 'yes')).toBe(message);
  expect(stillAccused(message, complaintDeeds, () => 'no')).toBeUndefined();
});

test('two that wait for one network do not go on one day', () => {
  expect(next(guessing('yes'), 'ask', 1)).toMatchObject({kind: 'wait'});
});
