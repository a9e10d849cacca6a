/** What the judge says of a guesser, and of a mailer, for the tests of their words. */
import type {Because} from '../../src/judge/verdict.js';
import type {ClientView} from '../../src/judge/view.js';

const atMs = Date.UTC(2026, 10, 21, 12);

/** Ten names in a row. */
export const because: Because = {
  rule: 'row',
  score: 10,
  bar: 10,
  counts: {unknownRecipient: 10},
  seconds: 1,
  delivered: 0,
  deliveredDays: 0,
  stale: 0,
  wave: 'off',
  names: ['<anna.berg@example.net>', '<anna.dahl@example.net>'],
  proof: 'kernel',
};

/** A client that has asked for three names and delivered nothing. */
export const guesser: ClientView = {
  client: '203.0.113.7',
  score: 3,
  floor: 0,
  bars: [{rule: 'row', names: 10, blockSeconds: 3600}],
  counts: {unknownRecipient: 3},
  stale: 0,
  names: ['<anna@example.net>', '<bert@example.net>', '<carl@example.net>'],
  firstMs: atMs - 60_000,
  lastMs: atMs - 1000,
  delivered: 0,
  deliveredDays: 0,
  deliveredMs: undefined,
  standing: 'stranger',
  friend: 'no',
  blocks: 0,
  secondChanceMs: undefined,
  network: 'ordinary',
};

/** One with a record, against whom little speaks. */
export const mailer: ClientView = {
  ...guesser,
  ...{score: -12.5, floor: -15, counts: {unknownRecipient: 1}, stale: 2, names: []},
  ...{delivered: 64, deliveredDays: 9, deliveredMs: atMs - 86_400_000},
  ...{standing: 'record', friend: 'yes'},
};
