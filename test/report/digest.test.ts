/** What can happen a thousand times a second is reported once in a while, with its number. */
import {beforeEach, expect, test} from '@jest/globals';
import type {Outcome} from '../../src/guard/outcome.js';
import {Digest} from '../../src/report/digest.js';
import {evidence, startMs} from '../score/samples.js';

const unresolved = (
  recipients: number,
  why: 'silentSession' | 'tooManyAtOnce' | 'envelopeUnknown',
): Outcome => ({
  kind: 'unresolved',
  recipients,
  why,
});

let lines: string[] = [];
let digest: Digest;
beforeEach(() => {
  lines = [];
  digest = new Digest((level, message) => void lines.push(`${level} ${message}`));
});
const hear = (...outcomes: readonly Outcome[]): void =>
  outcomes.forEach((outcome) => digest.hear(outcome, startMs));

test('each kind has one line with its sum; then it begins anew', () => {
  for (let i = 0; i < 1000; i++) hear(unresolved(2, 'silentSession'));
  hear(unresolved(3, 'tooManyAtOnce'), unresolved(1, 'envelopeUnknown'));
  hear({kind: 'noRoom', network: '203.0.113.7'});
  for (const why of ['minute', 'minute'] as const) {
    hear({kind: 'heldBack', network: '203.0.113.7', why});
  }
  expect(lines).toEqual([]);
  digest.tell();
  expect(lines).toEqual([
    'warning 2000 unknown recipients never tied to a client: their sessions ended without a word about the client',
    'warning 3 unknown recipients never tied to a client: too many at once',
    'warning 1 unknown recipients never tied to a client: their mail came before the log that was read',
    'error 1 blocks not made: as many stand already as can stand',
    'warning 2 blocks not made: as many were made in that minute as may be (blocks_per_minute); each is made at the next sign of its client',
  ]);
  digest.tell();
  expect(lines).toHaveLength(5);
  hear({kind: 'noRoom', network: '203.0.113.7'});
  digest.tell();
  expect(lines.at(-1)).toMatch(/^error 1 /);
});

test('an outcome about one client is logged at once, and not again', () => {
  const one = evidence('<a@example.net>', startMs);
  hear({kind: 'counted', evidence: one, score: 1}, {kind: 'unproven', evidence: one});
  hear({kind: 'dispute', queueId: '', clients: []});
  expect(lines.map((line) => line.split(' ')[0])).toEqual(['info', 'info', 'warning']);
  digest.tell();
  expect(lines).toHaveLength(3);
});

test('all are counted by their kind, however they are logged', () => {
  expect(digest.outcomes).toEqual({});
  hear(unresolved(7, 'tooManyAtOnce'), {kind: 'dispute', queueId: '', clients: []});
  hear(unresolved(7, 'tooManyAtOnce'), {kind: 'heldBack', network: 'x', why: 'minute'});
  digest.tell();
  expect(digest.outcomes).toEqual({unresolved: 2, dispute: 1, heldBack: 1});
});
