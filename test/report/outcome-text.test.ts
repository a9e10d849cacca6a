/** Each outcome in one line: who, for how long and why; and never what a client wrote as it wrote it. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {liftedText, outcomeText, voiceOf} from '../../src/report/outcome-text.js';
import type {Delivery} from '../../src/mail/join-outcome.js';
import {address} from '../net/samples.js';
import {evidence, startMs} from '../score/samples.js';
import {anyCharacter} from '../support/any-text.js';

const hour = 3_600_000;
const block = {
  network: '203.0.113.7',
  fromMs: startMs,
  untilMs: startMs + hour,
  reason: '10 distinct unknown recipients in 9s, proof kernel',
  origin: 'evidence',
} as const;
const one = evidence('<anna@example.net>', startMs);
const bars = [
  {rule: 'row', names: 10, blockSeconds: 3600},
  {rule: 'wave', names: 2, blockSeconds: 86_400},
] as const;
const cases = [
  [
    {kind: 'counted', evidence: one, score: 1.25},
    'info 203.0.113.7 asked for <anna@example.net>: score 1.2, proof kernel',
  ],
  [
    {kind: 'counted', evidence: one, score: 3.25, weight: 0.25, bars},
    'info 203.0.113.7 asked for <anna@example.net>: score 3.2 (+0.25), blocked at 2 for a newcomer during a wave (for 1d), 10 (for 1h), proof kernel',
  ],
  [
    {kind: 'counted', evidence: one, score: 0, weight: 0, bars: []},
    'info 203.0.113.7 asked for <anna@example.net>: score 0.0 (+0), proof kernel',
  ],
  [
    {kind: 'listLost', when: 'now', sinceMs: startMs, names: 8, networks: 3},
    'error blocking is stopped: the relay refuses 8 users whom it had, to 3 networks; see whether it still knows its users. Blocks are made again when it does',
  ],
  [
    {kind: 'listLost', when: 'still', sinceMs: startMs, names: 9, networks: 1},
    'error blocking is stopped since 2026-11-21T12:00:00+00:00: the relay refuses 9 users whom it had, to 1 network; see whether it still knows its users. Blocks are made again when it does',
  ],
  [
    {kind: 'listBack', sinceMs: startMs, why: 'itself'},
    'notice blocks are made again: the relay knows its users again',
  ],
  [
    {kind: 'listBack', sinceMs: startMs, why: 'operator'},
    'notice blocks are made again: by the operator',
  ],
  [
    {kind: 'wave', now: 'on'},
    'notice a wave of strangers has begun: until it ends their bar is lower',
  ],
  [{kind: 'wave', now: 'off'}, 'notice the wave of strangers is over'],
  [
    {kind: 'counted', evidence: {...one, kind: 'openProxy', subject: ''}, score: 2},
    'info 203.0.113.7 openProxy: score 2.0, proof kernel',
  ],
  [
    {kind: 'exempt', evidence: one, exemption: {kind: 'whitelist', entry: 'wl:1: 203.0.113.0/24'}},
    'info 203.0.113.7 asked for <anna@example.net>: exempt, whitelisted by wl:1: 203.0.113.0/24',
  ],
  [
    {kind: 'unproven', evidence: {...one, proof: 'log'}},
    'info 203.0.113.7 asked for <anna@example.net>: not counted, only log says so, and attribution is verified',
  ],
  [
    {kind: 'block', block, repeat: 1},
    `notice block 203.0.113.7 for 1h (first block): ${block.reason}`,
  ],
  [
    {kind: 'block', block: {...block, origin: 'operator', reason: 'x'}, repeat: 1},
    'notice block 203.0.113.7 for 1h (by the operator)',
  ],
  [
    {kind: 'block', block: {...block, untilMs: startMs - 1}, repeat: 3},
    `notice block 203.0.113.7 for 0s (block no. 3), over already: the log is older: ${block.reason}`,
  ],
  [
    {
      kind: 'reaped',
      stuck: {
        pid: 4711,
        startTicks: 1,
        rule: 'idle',
        client: one.client,
        named: undefined,
        ageSeconds: 11_000,
        idleSeconds: 734,
      },
    },
    'notice reap sendmail process 4711 of 203.0.113.7 (idle 12m, 3h old, in cmd read): SIGTERM',
  ],
  [{kind: 'lifted', block, why: 'ended'}, 'notice unblock 203.0.113.7: the time is over'],
  [
    {kind: 'lifted', block, why: 'brake'},
    'notice unblock 203.0.113.7: the relay seems to have lost its list of users',
  ],
  [{kind: 'lifted', block, why: 'exempt'}, 'notice unblock 203.0.113.7: it is exempt now'],
  [
    {kind: 'dispute', queueId: '6ALBjJc0000152', clients: ['203.0.113.7', '203.0.113.9']},
    'warning 6ALBjJc0000152: sources disagree about the client, 203.0.113.7 and 203.0.113.9: nothing counted',
  ],
  [
    {kind: 'dispute', queueId: '', clients: ['203.0.113.7', '203.0.113.9']},
    'warning outside an envelope: sources disagree about the client, 203.0.113.7 and 203.0.113.9: nothing counted',
  ],
] as const;

const unresolved = 'unknown recipients never tied to a client';
const onlyCounted = [
  [
    {kind: 'unresolved', recipients: 3, why: 'silentSession'},
    `warning 3 ${unresolved}: their sessions ended without a word about the client`,
    '3 never tied to a client',
  ],
  [
    {kind: 'unresolved', recipients: 1, why: 'tooManyAtOnce'},
    `warning 1 ${unresolved}: too many at once`,
    '1 never tied to a client',
  ],
  [
    {kind: 'unresolved', recipients: 2, why: 'envelopeUnknown'},
    `warning 2 ${unresolved}: their mail came before the log that was read`,
    '2 never tied to a client',
  ],
  [
    {kind: 'broken', pieces: 4},
    'warning 4 pieces of split messages of which not all came',
    '4 pieces without the others',
  ],
  [
    {kind: 'noRoom', network: '203.0.113.7'},
    'error 1 blocks not made: as many stand already as can stand',
    '203.0.113.7: no room for another block',
  ],
  [
    {kind: 'heldBack', network: '203.0.113.7', why: 'minute'},
    'warning 1 blocks not made: as many were made in that minute as may be (blocks_per_minute); each is made at the next sign of its client',
    '203.0.113.7: not blocked yet, as many were in this minute as may be',
  ],
] as const;

describe('voiceOf()', () => {
  test.each(cases)('%j has a line of its own', (outcome, expected) => {
    const voice = voiceOf(outcome, startMs);
    expect(voice.kind === 'line' && `${voice.level} ${voice.message}`).toBe(expected);
  });

  test.each(onlyCounted)('%j is counted', (outcome, summed, message) => {
    const voice = voiceOf(outcome, startMs);
    expect(voice.kind === 'counted' && `${voice.level} ${voice.count} ${voice.what}`).toBe(summed);
    expect(voice.message).toBe(message);
  });

  test.each([
    [
      {message: 'taken', accepted: 3},
      '203.0.113.7 ended its envelope: 3 recipients accepted, its message was taken',
    ],
    [
      {message: 'none', accepted: 1},
      '203.0.113.7 ended its envelope: 1 recipient accepted, no message came',
    ],
  ] as const)('leaves an envelope that ended to explain: %j', (changes, message) => {
    const ended = {envelope: 'e', client: one.client, proof: 'kernel', sender: 'null'} as const;
    const outcome = {kind: 'envelopeEnded', ...ended, atMs: startMs, ...changes} as const;
    expect(voiceOf(outcome, startMs)).toEqual({kind: 'silent', message});
  });

  test.each([
    [{}, '203.0.113.7 delivered to 2 recipients, proof kernel'],
    [
      {nextHost: address('192.0.2.25'), recipients: ['x']},
      '203.0.113.7 delivered to 1 recipient at 192.0.2.25, proof kernel',
    ],
    [{client: undefined}, 'mail of a local program delivered to 2 recipients, proof kernel'],
  ] as const)('leaves a delivery to explain: %j', (changes, message) => {
    const delivery: Delivery = {
      ...{client: one.client, proof: 'kernel', submitter: 'stranger', sender: 'named'},
      ...{senderHash: 7, recipients: ['<a\u001B@x>', '<b@x>'], others: [], nextHost: undefined},
      atMs: startMs,
    };
    expect(voiceOf({kind: 'delivered', ...delivery, ...changes}, startMs)).toEqual({
      kind: 'silent',
      message,
    });
  });

  test('leaves guesses of a blocked client to explain', () => {
    const message =
      '203.0.113.7 asked for <anna@example.net>: held against it already: it was blocked';
    expect(voiceOf({kind: 'paid', evidence: one}, startMs)).toEqual({kind: 'silent', message});
  });

  test('quotes only printable text of a client, and not too much of it', () => {
    fc.assert(
      fc.property(fc.string({unit: anyCharacter, maxLength: 300}), (subject) => {
        const {message} = voiceOf({kind: 'counted', evidence: {...one, subject}, score: 1}, 0);
        expect(message).toMatch(/^[\x20-\x7e]{1,200}$/);
      }),
    );
  });
});

test('liftedText() leaves a word that it does not know as it is', () => {
  expect(liftedText('operator')).toBe('by the operator');
  expect(liftedText('constructor')).toBe('constructor');
});

test('outcomeText() describes each outcome by itself, also one that the daemon only counts', () => {
  for (const [outcome, , message] of onlyCounted) expect(outcomeText(outcome)).toBe(message);
  expect(outcomeText({kind: 'block', block: {...block, untilMs: 0}, repeat: 2})).not.toMatch(
    /over/,
  );
});
