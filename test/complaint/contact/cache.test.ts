/** What is remembered: which row counts for an address, for how long, and how many there are. */
import {describe, expect, test} from '@jest/globals';
import {Table} from '../../../src/base/mechanisms/table.js';
import type {Contact} from '../../../src/complaint/contact/answer.js';
import {
  ContactCache,
  type ContactRow,
  failureKeptMs,
  isContactKey,
  isContactRow,
  keptMs,
  knownRow,
  mostContactRows,
} from '../../../src/complaint/contact/cache.js';
import {parseAddress} from '../../../src/net/address.js';

const nowMs = 1_700_000_000_000;
const address = (text: string) => parseAddress(text)!;
const contact: Contact = {
  ...{mailbox: 'abuse@example.net', source: 'registry', certainty: 'published'},
};
const found: ContactRow = {
  atMs: nowMs,
  forMs: keptMs,
  result: {kind: 'found', contacts: [contact]},
};
const failed: ContactRow = {
  ...{atMs: nowMs, forMs: failureKeptMs, result: {kind: 'failed', why: 'x'}},
};

test('the narrowest network around the address counts', () => {
  const table = new Table<ContactRow>([
    ['192.0.0.0/16', {...found, atMs: nowMs - 1}],
    ['192.0.2.0/24', found],
    ['198.51.100.7', found],
    ['2001:db8::/32', found],
  ]);
  const of = (text: string) => knownRow(table, address(text), nowMs)?.network;
  expect(of('192.0.2.7')).toBe('192.0.2.0/24');
  expect(of('192.0.3.7')).toBe('192.0.0.0/16');
  expect(of('198.51.100.7')).toBe('198.51.100.7');
  expect(of('198.51.100.8')).toBeUndefined();
  expect(of('2001:db8:1::7')).toBe('2001:db8::/32');
});

test('a failure hides no answer of a wider network', () => {
  const table = new Table<ContactRow>([
    ['192.0.0.0/16', found],
    ['192.0.2.0/24', failed],
    ['198.51.100.0/24', failed],
  ]);
  expect(knownRow(table, address('192.0.2.7'), nowMs)?.network).toBe('192.0.0.0/16');
  expect(knownRow(table, address('198.51.100.7'), nowMs)?.result.kind).toBe('failed');
});

test('a row ends, and one from the future counts for nothing', () => {
  const table = new Table<ContactRow>([['192.0.2.0/24', found]]);
  const at = (ms: number) => knownRow(table, address('192.0.2.7'), ms);
  expect(at(nowMs)).toBeDefined();
  expect(at(nowMs + keptMs - 1)).toBeDefined();
  expect(at(nowMs + keptMs)).toBeUndefined();
  // The clock was set back by a second, and by ten years.
  expect(at(nowMs - 1000)).toBeUndefined();
  expect(at(nowMs - 3650 * 86_400_000)).toBeUndefined();
});

test('the oldest row makes room', () => {
  const table = new Table<ContactRow>();
  const cache = new ContactCache(table);
  const networks = Array.from(
    {length: mostContactRows + 5},
    (_, i) => `10.${i >> 8}.${i & 255}.0/24`,
  );
  for (const network of networks) cache.set({...found, network});
  expect(table.size).toBe(mostContactRows);
  expect(table.get(networks[4]!)).toBeUndefined();
  expect(table.get(networks[5]!)).toBeDefined();
});

test('a table that was too full is cut at the beginning', () => {
  const rows = Array.from({length: mostContactRows + 1}, (_, i) => [`${i}`, found] as const);
  const table = new Table<ContactRow>(rows);
  new ContactCache(table);
  expect(table.size).toBe(mostContactRows);
});

test('each remembered answer is a row that can be saved', () => {
  const table = new Table<ContactRow>();
  new ContactCache(table).set({...found, network: '192.0.2.0/24', atMs: nowMs + 0.5, forMs: 1e20});
  const row = table.get('192.0.2.0/24');
  expect(row).toEqual({...found, forMs: keptMs});
  expect(isContactRow(row)).toBe(true);
});

describe('a saved row', () => {
  const withMailbox = (mailbox: unknown) => ({
    ...{...found, result: {kind: 'found', contacts: [{...contact, mailbox}]}},
  });
  test.each<[unknown, boolean]>([
    [found, true],
    [failed, true],
    [{...found, result: {kind: 'none', why: 'nobody'}}, true],
    [{...found, atMs: -1}, false],
    [{...found, forMs: keptMs + 1}, false],
    [{...found, result: {kind: 'found', contacts: []}}, false],
    [{...found, result: {kind: 'found', contacts: [contact, contact, contact, contact]}}, false],
    [{...found, result: {kind: 'none', why: 'x'.repeat(301)}}, false],
    [{...found, result: {kind: 'other'}}, false],
    [withMailbox('abuse@example.net\r\nBcc: x@example.org'), false],
    [withMailbox('Abuse@EXAMPLE.net'), false],
    [withMailbox(7), false],
    [undefined, false],
  ])('%j: %s', (row, expected) => expect(isContactRow(row)).toBe(expected));

  test('has a network as its key', () => {
    expect(['192.0.2.0/24', '192.0.2.7', '2001:db8::/32'].every(isContactKey)).toBe(true);
    expect(['192.0.2.1/24', '0.0.0.0/0', 'x', '', 7].some(isContactKey)).toBe(false);
  });
});
