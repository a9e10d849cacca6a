/** Rows of a state that somebody changed: what could not be ours is none. */
import {describe, expect, test} from '@jest/globals';
import {isComplaint, isComplaintBook, isDeed} from '../../../src/complaint/spool/rows.js';
import {attacker, startMs} from '../support.js';

const network = '203.0.113.0/24';
const client = attacker('203.0.113.7');
const about = {kind: 'guessing', network, attackers: [client]};
const row = {
  ...{id: '01234567-89ab-4def-8123-456789abcdef', network, madeMs: startMs, about},
  step: {kind: 'lookedUp'},
};
const book = {key: '0a'.repeat(32), days: 0, lastDay: 0, allowed: 'no', handedMs: []};

test('ours are good', () => {
  expect(isComplaint(row)).toBe(true);
  expect(isDeed({...client, blocksMs: [startMs]})).toBe(true);
  expect(isComplaintBook(book)).toBe(true);
});

describe('none of ours', () => {
  test.each([
    ['an id of another form', {...row, id: 'a'}],
    ['no network', {...row, network: 'all'}],
    ['nobody accused', {...row, about: {...about, attackers: []}}],
    ['a time beyond a Date', {...row, madeMs: 1e16}],
    ['a deed of such a time', {...row, about: {...about, attackers: [{...client, lastMs: 1e16}]}}],
  ])('%s', (_, bad) => {
    expect(isComplaint(bad)).toBe(false);
  });

  test('a key that can be guessed', () => {
    expect(isComplaintBook({...book, key: ''})).toBe(false);
  });
});
