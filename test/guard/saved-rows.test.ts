import {expect, test} from '@jest/globals';
import {Table} from '../../src/base/mechanisms/table.js';
import type {Block} from '../../src/blocks/block.js';
import {isSavedRow, removeStrangeBlocks} from '../../src/guard/saved-rows.js';
import {emptyHour} from '../../src/tally/hours.js';
import {levels} from '../../src/tally/score-days.js';

const block = (network: string, except?: string[]): Block => ({
  ...{network, fromMs: 1, untilMs: 2, reason: 'x', origin: 'evidence'},
  except,
});

test('blocks of no network, or of another one than their key, are removed', () => {
  const blocks = new Table<Block>([
    ['192.0.2.1', block('192.0.2.1')],
    ['198.51.100.0/24', block('198.51.100.0/24', ['198.51.100.7'])],
    ['192.0.2.9', block('192.0.2.10')],
    ['192.0.2.10/24', block('192.0.2.10/24')],
    ['192.0.2.0/24 -j ACCEPT', block('192.0.2.0/24 -j ACCEPT')],
    ['2001:db8::/64', block('2001:db8::/64', ['all'])],
    ['__proto__', block('__proto__')],
  ]);
  expect(removeStrangeBlocks({blocks})).toBe(5);
  expect([...blocks.entries()].map(([key]) => key)).toEqual(['192.0.2.1', '198.51.100.0/24']);
});

test('a row of an earlier version may lack what that did not know', () => {
  expect(isSavedRow('blocks', '192.0.2.1', block('192.0.2.1'))).toBe(true);
  expect(isSavedRow('positions', '/log', [{identity: '1:2', offset: 3, guard: 'ff'}])).toBe(true);
  const client = {address: '192.0.2.1', proof: 'log'};
  expect(isSavedRow('envelopes', 'x', {client, held: [], firstMs: 1, lastMs: 2})).toBe(true);
  expect(isSavedRow('chains', 'x', {chain: 'X', port: 25})).toBe(true);
  expect(isSavedRow('learning', 'x', {kind: 'learnt'})).toBe(true);
  expect(isSavedRow('blocks', 7, block('192.0.2.1'))).toBe(false);
});

test('a contact is a mailbox of a network, and is remembered for a bounded time', () => {
  const contacts = [{mailbox: 'abuse@example.net', source: 'registry', certainty: 'published'}];
  const row = {atMs: 1, forMs: 86_400_000, result: {kind: 'found', contacts}};
  expect(isSavedRow('contacts', '192.0.2.0/24', row)).toBe(true);
  expect(isSavedRow('contacts', '192.0.2.1/24', row)).toBe(false);
  expect(isSavedRow('contacts', '192.0.2.0/24', {...row, forMs: 1e15})).toBe(false);
  const hostile = [{...contacts[0], mailbox: 'abuse@example.net\nBcc: x@example.org'}];
  const bad = {...row, result: {kind: 'found', contacts: hostile}};
  expect(isSavedRow('contacts', '192.0.2.0/24', bad)).toBe(false);
});

test('sums of the report are whole numbers of an hour or a day, and a digest has its time', () => {
  const hour = emptyHour(490_000);
  expect(isSavedRow('outcomeHours', '490000', hour)).toBe(true);
  expect(isSavedRow('outcomeHours', '490000', {...hour, guesses: '7'})).toBe(false);
  expect(isSavedRow('outcomeHours', '490000', {...hour, blocks: -1})).toBe(false);
  expect(isSavedRow('outcomeHours', '490000', {hour: 490_000})).toBe(false);
  const none = levels.map(() => 0);
  const day = {day: 20_000, answers: none, passed: none, mailers: none};
  expect(isSavedRow('scoreDays', '20000', day)).toBe(true);
  expect(isSavedRow('scoreDays', '20000', {...day, passed: none.slice(1)})).toBe(false);
  expect(isSavedRow('scoreDays', '20000', {...day, mailers: none.map(() => 0.5)})).toBe(false);
  expect(isSavedRow('digests', 'digest', {sentMs: 1})).toBe(true);
  expect(isSavedRow('digests', 'digest', {})).toBe(false);
});
