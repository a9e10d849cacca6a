/** What is remembered of an address, as an answer that a command can read. */
import {expect, test} from '@jest/globals';
import {keptMs} from '../../src/complaint/contact/cache.js';
import {parseAnswer} from '../../src/control/answer.js';
import {knownContact} from '../../src/control/contact.js';
import {emptyState} from '../../src/guard/state.js';

const nowMs = 1_700_000_000_000;
const contacts = [
  {mailbox: 'abuse@example.net', source: 'registry', certainty: 'published'} as const,
];

function stateWith(
  result: Parameters<ReturnType<typeof emptyState>['contacts']['set']>[1]['result'],
) {
  const state = emptyState('unsaved');
  state.contacts.set('192.0.2.0/24', {atMs: nowMs, forMs: keptMs, result});
  return state;
}

test.each([
  [
    {kind: 'found', contacts},
    {kind: 'found', network: '192.0.2.0/24', contacts, foundMs: nowMs},
  ],
  [
    {kind: 'none', why: 'x'},
    {kind: 'none', network: '192.0.2.0/24', why: 'x'},
  ],
  [
    {kind: 'failed', why: 'x'},
    {kind: 'failed', why: 'x', againMs: nowMs + keptMs},
  ],
] as const)('%j is answered, and read back', (result, known) => {
  const answer = knownContact('192.0.2.7', stateWith(result), nowMs);
  expect(answer).toEqual({kind: 'contact', known});
  expect(parseAnswer(JSON.parse(JSON.stringify(answer)))).toEqual(answer);
});

test('nothing is remembered, or no more', () => {
  const state = stateWith({kind: 'none', why: 'x'});
  for (const [text, atMs] of [
    ['198.51.100.7', nowMs],
    ['192.0.2.7', nowMs + keptMs],
    ['192.0.2.7', nowMs - 1],
  ] as const) {
    const answer = knownContact(text, state, atMs);
    expect(answer).toEqual({kind: 'contact', known: null});
    expect(parseAnswer(JSON.parse(JSON.stringify(answer)))).toEqual(answer);
  }
});

test('a text that is no address is refused', () => {
  expect(knownContact('192.0.2.0/24', emptyState('unsaved'), nowMs).kind).toBe('refused');
});

test.each([
  {},
  {known: {kind: 'found'}},
  {known: {kind: 'found', network: 'x', foundMs: 1, contacts: [{}]}},
  {known: 7},
])('%j is no answer', (rest) => expect(parseAnswer({kind: 'contact', ...rest})).toBeUndefined());
