/** How many messages of a sender are in the queue: by the ids there, and by whose the log says they are. */
import {expect, test} from '@jest/globals';
import {Table} from '../../../src/base/mechanisms/table.js';
import {
  mostInTransit,
  queuedCounts,
  type Transit,
  waitingIn,
} from '../../../src/submission/whose/in-transit.js';

const of = (sender: string | undefined): Transit => ({
  ...{atMs: 1, sender, vouched: 'no', recipients: 1, left: 0},
});

test('counts the waiting mail, held or not, of the senders whose lines were read', () => {
  const table = new Table<Transit>([
    ['h A0001', of('uid:1')],
    ['h A0002', of('uid:1')],
    ['h A0003', of('uid:2')],
    ['h A0004', of(undefined)],
  ]);
  const listed = new Map<string, 'waiting' | 'held'>([
    ['A0001', 'waiting'],
    ['A0002', 'held'],
    ['A0004', 'waiting'],
    ['A0009', 'waiting'],
  ]);
  const counts = queuedCounts(table, listed);
  expect([...counts]).toEqual([['uid:1', {waiting: 1, held: 1}]]);
  expect([...waitingIn(counts)]).toEqual([['uid:1', 1]]);
});

test('the bound', () => expect(mostInTransit).toBe(50_000));
