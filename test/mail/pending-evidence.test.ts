/** What is held, and what becomes of it; also of what 1.0 has saved. */
import {describe, expect, test} from '@jest/globals';
import {
  isPending,
  type PendingEvidence,
  pendingOf,
  pendingToEvidence,
} from '../../src/mail/pending-evidence.js';
import {emptyState} from '../../src/guard/state.js';
import {Envelopes} from '../../src/mail/envelopes.js';
import {parseAddress} from '../../src/net/address.js';
import {sendmail} from '../../src/mail/sendmail/dialect.js';

const record = {
  atMs: 1_000_000,
  host: 'relay',
  program: 'sm-mta',
  pid: 7,
  message: '',
  times: 1,
  writer: undefined,
};
const anna = pendingOf('unknownRecipient', {subject: '<anna@example.net>'}, record.atMs, 'no');

describe('isPending()', () => {
  test('one name in upper and lower case is one', () => {
    const upper = pendingOf('unknownRecipient', {subject: '<ANNA@example.net>'}, record.atMs, 'no');
    expect(isPending([anna], upper)).toBe(true);
    expect(isPending([anna], {...upper, kind: 'vrfyProbe'})).toBe(false);
  });

  test('two ambiguous ones are two, however alike they look', () => {
    const subject = {subject: '((…))', subjectIs: 'ambiguous'} as const;
    const one = pendingOf('unknownRecipient', subject, record.atMs, 'no');
    expect(isPending([one], one)).toBe(false);
  });
});

test('that a subject is ambiguous becomes a fact of the evidence', () => {
  const subject = {subject: '((…))', subjectIs: 'ambiguous'} as const;
  const held = [anna, pendingOf('unknownRecipient', subject, record.atMs, 'no')];
  const told = pendingToEvidence(held, {address: '203.0.113.7', proof: 'kernel'});
  expect(told.map(({evidence}) => evidence.subjectIs)).toEqual([undefined, 'ambiguous']);
});

describe('evidence that 1.0 has saved, which does not say whether a subject is ambiguous', () => {
  const saved = (subject: string): PendingEvidence =>
    JSON.parse(
      `{"kind":"unknownRecipient","subject":"${subject}","atMs":1000000,"vouched":"no"}`,
    ) as PendingEvidence;
  const end = {
    kind: 'envelopeEnd',
    queueId: '6ALBjJc0000152',
    client: parseAddress('203.0.113.7')!,
    sender: '<a@example.org>',
    accepted: 0,
    sizeBytes: 0,
    message: 'none',
  } as const;

  test('is read as plain: it is held, the same comes once more and counts once', () => {
    const state = emptyState();
    const held = [saved('<anna@example.net>'), saved('<bert@example.net>')];
    const envelope = {client: undefined, held, firstMs: 1_000_000, lastMs: 1_000_000};
    state.envelopes.set('relay 7 6ALBjJc0000152', envelope);
    const envelopes = new Envelopes(state, 100, sendmail.authorshipOf);
    const again = {
      kind: 'unknownRecipient',
      queueId: end.queueId,
      subject: '<ANNA@example.net>',
      client: undefined,
    } as const;
    expect(envelopes.take(record, again)).toEqual([]);
    const told = envelopes.take(record, end);
    const envelopeKey = 'relay 7 6ALBjJc0000152';
    const evidence = ['<anna@example.net>', '<bert@example.net>'].map((subject) => ({
      kind: 'evidence',
      evidence: {
        kind: 'unknownRecipient',
        client: end.client,
        subject,
        atMs: 1_000_000,
        proof: 'log',
        envelope: envelopeKey,
      },
    }));
    const ended = {kind: 'envelopeEnded', envelope: envelopeKey, sender: 'named', message: 'none'};
    expect(told).toEqual([...evidence, expect.objectContaining(ended)]);
  });

  test('and evidence saved now reads the same, but for the ambiguous', () => {
    const ambiguous = pendingOf(
      'vrfyProbe',
      {subject: 'x', subjectIs: 'ambiguous'},
      record.atMs,
      'no',
    );
    const written = [anna, ambiguous].map((each): unknown => JSON.parse(JSON.stringify(each)));
    expect(written[0]).toEqual(saved('<anna@example.net>'));
    expect(written[0]).not.toHaveProperty('subjectIs');
    expect(written[1]).toEqual({...ambiguous});
  });
});
