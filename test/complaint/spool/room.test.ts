/** Room in the spool, and a book by a clock that was ahead. */
import {expect, test} from '@jest/globals';
import {bookOf, mailsLeft, mendBook, openBook} from '../../../src/complaint/spool/book.js';
import {
  type Complaint,
  makeRoom,
  mostComplaints,
  type Step,
} from '../../../src/complaint/spool/complaint.js';
import {attacker, dayMs, emptyTables, startMs} from '../support.js';

const row = (id: string, step: Step): Complaint => ({
  ...{id, network: '192.0.2.0/24', madeMs: startMs, step},
  about: {kind: 'guessing', network: '192.0.2.0/24', attackers: [attacker('192.0.2.7')]},
});

/** As many rows as fit, the first ones as given. */
function full(first: readonly Step[], others: Step) {
  const {complaints} = emptyTables();
  for (let at = 0; at < mostComplaints; at++) {
    complaints.set(`${at}`, row(`${at}`, first[at] ?? others));
  }
  return complaints;
}
const handed = {kind: 'handed', atMs: startMs} as const;
const open = {kind: 'composed', go: 'no'} as const;

test('complaints that nobody got go first, though older ones were sent', () => {
  const complaints = full([handed, open, {kind: 'withdrawn', atMs: startMs, why: 'x'}], open);
  expect(makeRoom(complaints, startMs)).toBe('room');
  expect(complaints.get('2')).toBeUndefined();
  expect(complaints.size).toBe(mostComplaints - 1);
});

test('a sent complaint stays while its bounce may come, and goes afterwards', () => {
  const complaints = full([handed], open);
  expect(makeRoom(complaints, startMs + 7 * dayMs)).toBe('full');
  expect(makeRoom(complaints, startMs + 7 * dayMs + 1)).toBe('room');
  expect(complaints.get('0')).toBeUndefined();
});

test('an open one is never given up', () => {
  const complaints = full([], open);
  expect(makeRoom(complaints, startMs + 30 * dayMs)).toBe('full');
  expect(complaints.size).toBe(mostComplaints);
});

test('mails of a clock that was ahead hold their places for a day, and no longer', () => {
  const {complaintBook} = emptyTables();
  const book = openBook(complaintBook, () => 'ff');
  complaintBook.replace('book', {...book, handedMs: [startMs + 30 * dayMs]});
  mendBook(complaintBook, startMs);
  expect(mailsLeft(bookOf(complaintBook)!, 1, startMs + dayMs - 1)).toBe(0);
  expect(mailsLeft(bookOf(complaintBook)!, 1, startMs + dayMs)).toBe(1);
});
