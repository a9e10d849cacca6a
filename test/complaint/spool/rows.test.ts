/** Saved rows of complaints: what this program writes is read again, and what another hand wrote is not. */
import {describe, expect, test} from '@jest/globals';
import {allowSending, countMail, openBook} from '../../../src/complaint/spool/book.js';
import {putStep, type Step} from '../../../src/complaint/spool/complaint.js';
import {markDead} from '../../../src/complaint/spool/left-out.js';
import {ComplaintWorker} from '../../../src/complaint/live/worker.js';
import {isSavedRow} from '../../../src/guard/saved-rows.js';
import {attacker, rig, startMs} from '../support.js';

type Name = 'complaintDeeds' | 'complaints' | 'complaintLeftOut' | 'complaintBook';

/** As it comes from the disk. */
const saved = (row: unknown): unknown => JSON.parse(JSON.stringify(row));

test('all rows that the work on complaints makes are read again', async () => {
  const made = rig();
  const {tables} = made.parts;
  const worker = new ComplaintWorker(made.parts);
  allowSending(tables.complaintBook);
  const counts = {unknownNames: 10, wrongPasswords: 1};
  const times = {nowMs: startMs, firstMs: startMs - 1000, lastMs: startMs};
  for (const client of ['203.0.113.7', '198.51.100.7'])
    for (const atMs of [startMs, startMs])
      worker.blocked({
        ...{client, address: client, ...times, nowMs: atMs, ...counts},
        names: ['x@example.org'],
      });
  made.nowMs += 31 * 60_000;
  await worker.look();
  markDead(tables.complaintLeftOut, 'abuse@example.net', '5.1.1', startMs);
  let rows = 0;
  for (const name of Object.keys(tables) as Name[]) {
    for (const [key, row] of tables[name].entries()) {
      expect([name, isSavedRow(name, key, saved(row))]).toEqual([name, true]);
      rows += 1;
    }
  }
  expect(rows).toBeGreaterThanOrEqual(6);
});

const complaint = {
  ...{id: '01234567-89ab-4def-8123-456789abcdef', network: '192.0.2.0/24', madeMs: startMs},
  contact: {mailbox: 'abuse@example.net', source: 'registry', certainty: 'published'},
  about: {kind: 'guessing', network: '192.0.2.0/24', attackers: [attacker('192.0.2.7')]},
  step: {kind: 'lookedUp'},
} as const;

const steps: readonly Step[] = [
  {kind: 'lookedUp'},
  {kind: 'composed', go: 'no'},
  {kind: 'composed', go: 'yes', againMs: startMs},
  {kind: 'handing', atMs: startMs},
  {kind: 'handed', atMs: startMs},
  {kind: 'answered', atMs: startMs, sentMs: startMs, by: 'person'},
  {kind: 'bounced', atMs: startMs, sentMs: startMs, why: '5.1.1'},
  {kind: 'held', atMs: startMs, reason: 'unknown', why: 'x'},
  {kind: 'withdrawn', atMs: startMs, why: 'x'},
];

test.each(steps)('at each step: %j', (step) => {
  const {tables} = rig().parts;
  tables.complaints.set(complaint.id, complaint);
  const row = putStep(tables.complaints, complaint, step);
  expect(isSavedRow('complaints', complaint.id, saved(row))).toBe(true);
});

test('the book, with mails of today', () => {
  const {tables} = rig().parts;
  openBook(tables.complaintBook, () => 'ff'.repeat(32));
  countMail(tables.complaintBook, startMs);
  expect(isSavedRow('complaintBook', 'book', saved(tables.complaintBook.get('book')))).toBe(true);
});

describe('a text that is no row', () => {
  test.each<readonly [Name, string, unknown]>([
    ['complaints', 'a step of nobody', {...complaint, step: {kind: 'sent'}}],
    ['complaints', 'a step without its time', {...complaint, step: {kind: 'handing'}}],
    ['complaints', 'a reason of nobody', {...complaint, step: {...steps[7], reason: 'x'}}],
    ['complaints', 'no accusation', {...complaint, about: undefined}],
    [
      'complaints',
      'an attacker that is no address',
      {...complaint, about: {...complaint.about, attackers: [attacker('192.0.2.7 x')]}},
    ],
    ['complaints', 'a source of nobody', {...complaint, contact: {mailbox: 'x', source: 'me'}}],
    ['complaintDeeds', 'no times', attacker('192.0.2.7')],
    ['complaintDeeds', 'an address in another form', {...attacker('192.0.02.7'), blocksMs: []}],
    [
      'complaintDeeds',
      'a port of nobody',
      {...attacker('192.0.2.7', {sourcePort: 65_536}), blocksMs: []},
    ],
    ['complaintLeftOut', 'a kind of nobody', {kind: 'gone', sinceMs: 1}],
    ['complaintLeftOut', 'dead without an end', {kind: 'dead', why: 'x'}],
    ['complaintBook', 'no key', {days: 0, lastDay: 0, allowed: 'no', handedMs: []}],
    [
      'complaintBook',
      'allowed by another word',
      {key: 'ff', days: 0, lastDay: 0, allowed: true, handedMs: []},
    ],
  ])('%s: %s', (name, _, row) => {
    expect(isSavedRow(name, 'x', saved(row))).toBe(false);
  });
});
