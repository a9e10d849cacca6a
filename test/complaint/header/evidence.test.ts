import {expect, test} from '@jest/globals';
import {evidenceOf, mostEvidenceCharacters} from '../../../src/complaint/header/evidence.js';
import {readHeader} from '../../../src/complaint/header/fields.js';

const message = [
  'Received: from x (h [198.51.100.7])',
  '\tby relay.example.net (8.18.1/8.18.1) with ESMTP id 6ATFIh0Y000204',
  '\tfor <bob+x@example.net>; Sun, 29 Nov 2026 15:18:43 GMT',
  'From: bad@example.org',
  'To: "Bob Builder" <Bob@Example.net>,',
  '\talice@example.net',
  'Return-Path: <list-bob=example.net@example.org>',
  'List-Unsubscribe: <mailto:off@example.org?subject=BOB@example.net>',
  'X-Bin: \x1b[31m\x80',
  '',
  'bob@example.net',
].join('\n');

test('the evidence names no recipient, however a field writes it', () => {
  const evidence = evidenceOf(readHeader(message));
  expect(evidence).not.toMatch(/bob/i);
  expect(evidence).not.toMatch(/alice/i);
  expect(evidence).toContain('[198.51.100.7]');
  expect(evidence).toContain('From: bad@example.org');
  expect(evidence).toContain('for (a recipient); Sun, 29 Nov 2026');
});

test.each([
  'List-Unsubscribe: <https://spam.example/u?e=bob%40example.net>',
  'List-Unsubscribe: <mailto:u-Bob=40Example.net@spam.example>',
  'Subject: =?utf-8?Q?Hello_bob=40example.net?=',
])('nor does a link, a list or an encoded word: %j', (field) => {
  expect(evidenceOf(readHeader(`To: bob@example.net\n${field}\n\n`))).not.toMatch(/bob/i);
});

test('is printable and bounded', () => {
  const long = evidenceOf(readHeader(`X: \x1b]0;\x07\n${'Y: abc\n'.repeat(5000)}\n`));
  expect(long).toMatch(/^[\t\n\x20-\x7e]*$/);
  expect(long.length).toBeLessThan(mostEvidenceCharacters + 10);
});

test('many recipients are looked for in a time that is bounded', () => {
  const to = Array.from({length: 1500}, (_, i) => `u${i}@example.net`).join(',\n ');
  const text = `To: ${to}\nX: ${'u1@example.net '.repeat(1500)}\n\n`;
  expect(evidenceOf(readHeader(text))).toContain('To: (a recipient)');
});

test.each([
  'Received: by relay.example.net id 6AT for bob; Sun, 29 Nov 2026 15:18:43 GMT',
  'Received: by relay.example.net id 6AT\n\tfor <"bob; b"@example.net>; Sun, 29 Nov 2026 15:18:43 GMT',
  'Received: by relay.example.net for bob',
  'X-Forwarded-For: bob',
  'X-MS-Original-Recipient: bob',
  'X-Delivered-By-Way: bob',
  'X-Apparently-To: bob',
])('a recipient without a domain, quoted, or in a field of some mailer: %j', (field) => {
  expect(evidenceOf(readHeader(`${field}\n\n`))).not.toMatch(/bob/);
});
