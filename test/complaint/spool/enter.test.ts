/** What is entered anew, and what stays as it is. */
import {expect, test} from '@jest/globals';
import type {Accusation} from '../../../src/complaint/spool/accusation.js';
import type {Step} from '../../../src/complaint/spool/complaint.js';
import {enter} from '../../../src/complaint/spool/enter.js';
import {attacker, dayMs, emptyTables, startMs} from '../support.js';

const network = '203.0.113.0/24';
const contact = {
  mailbox: 'abuse@example.net',
  source: 'registry',
  certainty: 'published',
} as const;
const guessing: Accusation = {kind: 'guessing', network, attackers: [attacker('203.0.113.7')]};
const message: Accusation = {
  ...{kind: 'message', network, client: '203.0.113.7', queueId: 'a', takenMs: startMs},
  ...{found: {kind: 'person'}, header: ''},
};

function again(about: Accusation, step: Step) {
  const {complaints} = emptyTables();
  complaints.set('a', {id: 'a', network, contact, madeMs: startMs, about, step});
  const nowMs = startMs + 2 * dayMs;
  return {
    entered: enter(complaints, {id: 'a', about, contact, why: '', nowMs}),
    step: complaints.get('a')?.step,
  };
}

test('a message that was handed over counts as handed over; guessing waits for another day', () => {
  const handed = {kind: 'handed', atMs: startMs} as const;
  expect(again(message, handed)).toEqual({entered: 'entered', step: handed});
  expect(again(guessing, handed)).toEqual({entered: 'waits', step: handed});
  const withdrawn = {kind: 'withdrawn', atMs: startMs, why: ''} as const;
  expect(again(message, withdrawn)).toEqual({entered: 'waits', step: withdrawn});
});

test('guessing that was given up unsent is entered anew', () => {
  const withdrawn = {kind: 'withdrawn', atMs: startMs, why: ''} as const;
  expect(again(guessing, withdrawn)).toEqual({entered: 'entered', step: {kind: 'lookedUp'}});
});

test('a letter that the operator approved stays as it was shown', () => {
  const go = {kind: 'composed', go: 'yes'} as const;
  expect(again(guessing, go)).toEqual({entered: 'waits', step: go});
  expect(again(message, go)).toEqual({entered: 'entered', step: go});
  expect(again(guessing, {kind: 'composed', go: 'no'})).toMatchObject({entered: 'entered'});
});
