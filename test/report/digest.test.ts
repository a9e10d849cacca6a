/** What can happen a thousand times a second is told once in a while, with its number. */
import {expect, test} from '@jest/globals';
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

function told(tally: Digest): string[] {
  const lines: string[] = [];
  tally.tell((level, message) => void lines.push(`${level} ${message}`));
  return lines;
}

test('of each thing one line with its sum; then it begins anew', () => {
  const tally = new Digest();
  for (let i = 0; i < 1000; i++) expect(tally.takes(unresolved(2, 'silentSession'))).toBe(true);
  expect(tally.takes(unresolved(3, 'tooManyAtOnce'))).toBe(true);
  expect(tally.takes(unresolved(1, 'envelopeUnknown'))).toBe(true);
  expect(tally.takes({kind: 'noRoom', network: '203.0.113.7'})).toBe(true);
  for (const why of ['minute', 'minute', 'stop'] as const) {
    expect(tally.takes({kind: 'heldBack', network: '203.0.113.7', why})).toBe(true);
  }
  expect(told(tally)).toEqual([
    'warning 2000 unknown recipients never tied to a client: their sessions ended without a word about the client',
    'warning 3 unknown recipients never tied to a client: too many at once',
    'warning 1 unknown recipients never tied to a client: their mail came before the log that was read',
    'error 1 blocks not made: as many stand already as can stand',
    'warning 2 blocks not made: as many were made in that minute as may be (blocks_per_minute); each is made at the next sign of its client',
  ]);
  expect(told(tally)).toEqual([]);
});

test('what is about one client is told at once, and not counted', () => {
  const tally = new Digest();
  const one = evidence('<a@example.net>', startMs);
  expect(tally.takes({kind: 'counted', evidence: one, score: 1})).toBe(false);
  expect(tally.takes({kind: 'unproven', evidence: one})).toBe(false);
  expect(tally.takes({kind: 'dispute', queueId: '', clients: []})).toBe(false);
  expect(told(tally)).toEqual([]);
});
