/** The book of the crash tests itself: it must come to an end whatever the daemon lists. */
import {expect, test} from '@jest/globals';
import {BlockBook} from './block-book.js';

const network = '192.0.2.1';

test('a block that the daemon lists at the moment of its end is adopted once', () => {
  const book = new BlockBook();
  const nowMs = Date.now();
  book.blocked(network, -1, nowMs, 'operator');
  book.adopt([{network, untilMs: nowMs - 1}]);
  expect(book.all()).toEqual([]);
  expect(book.complaints([network])).toEqual([]);
});

test('an open block that is not listed is forgotten', () => {
  const book = new BlockBook();
  book.open(network, 3600);
  book.adopt([]);
  expect(book.complaints([network])).toEqual([`${network} stands, and should not`]);
});
