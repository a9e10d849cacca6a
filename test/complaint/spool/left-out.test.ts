/** Who gets no complaint any more. */
import {beforeEach, expect, test} from '@jest/globals';
import {Table} from '../../../src/base/mechanisms/table.js';
import type {Contact} from '../../../src/complaint/contact/answer.js';
import {
  firstAlive,
  forget,
  isNever,
  type LeftOut,
  markDead,
  never,
  sweepLeftOut,
} from '../../../src/complaint/spool/left-out.js';
import {parseAddress} from '../../../src/net/address.js';
import {dayMs, startMs} from '../support.js';

let table: Table<LeftOut>;
beforeEach(() => void (table = new Table()));

const contacts = ['first@example.net', 'second@example.net'].map((mailbox): Contact => ({
  mailbox,
  source: 'registry',
  certainty: 'published',
}));
const alive = (nowMs: number): string | undefined => firstAlive(table, contacts, nowMs)?.mailbox;

test('a mailbox that bounced is dead for 30 days, and the next one gets the letter', () => {
  markDead(table, 'First@Example.net', '5.1.1', startMs);
  expect(alive(startMs)).toBe('second@example.net');
  expect(alive(startMs + 30 * dayMs - 1)).toBe('second@example.net');
  expect(alive(startMs + 30 * dayMs)).toBe('first@example.net');
});

test('by a clock that was set back it is dead no longer than that', () => {
  markDead(table, 'first@example.net', '5.1.1', startMs + 400 * dayMs);
  expect(alive(startMs)).toBe('first@example.net');
});

test('a forgotten mailbox stays so, whatever bounces; where all are, there is none', () => {
  forget(table, 'first@example.net', startMs);
  markDead(table, 'FIRST@example.net', '5.1.1', startMs);
  expect(alive(startMs + 400 * dayMs)).toBe('second@example.net');
  forget(table, 'second@example.net', startMs);
  expect(alive(startMs)).toBeUndefined();
});

test('a network of which nobody complains holds its addresses, and no others', () => {
  never(table, '192.0.2.0/25', startMs);
  forget(table, 'first@example.net', startMs);
  const isIn = (text: string): boolean => isNever(table, parseAddress(text));
  expect([isIn('192.0.2.127'), isIn('192.0.2.128'), isIn('2001:db8::1'), isIn('x')]).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

test('the dead are swept when they live again, and nothing else is', () => {
  markDead(table, 'first@example.net', '5.1.1', startMs);
  forget(table, 'second@example.net', startMs);
  never(table, '192.0.2.0/24', startMs);
  sweepLeftOut(table, startMs + 30 * dayMs - 1);
  expect(table.size).toBe(3);
  sweepLeftOut(table, startMs + 30 * dayMs);
  expect([...table.entries()].map(([key]) => key)).toEqual(['second@example.net', '192.0.2.0/24']);
});
