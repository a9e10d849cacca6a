/** A mail: who it is from and for, and that nothing from outside can begin a field or a part. */
import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import {composeMail} from '../../../src/complaint/letter/mail.js';
import {isSmtpMailbox} from '../../../src/complaint/letter/smtp-mailbox.js';
import {shownName} from '../../../src/complaint/letter/names.js';
import {builtInLetters, sampleFiles} from '../../../src/complaint/letter/samples.js';
import {letterFor, readLetter} from '../../../src/complaint/letter/template.js';
import type {Complaint} from '../../../src/complaint/spool/complaint.js';
import {readFileSync} from 'node:fs';
import {attacker, hash, sender, startMs, tools} from '../support.js';
import {anyCharacter} from '../../support/any-text.js';

const id = '01234567-89ab-4def-8123-456789abcdef';
const complaint = (mailbox: string, more: Partial<Complaint> = {}): Complaint => ({
  ...{id, network: '192.0.2.0/24', madeMs: startMs, step: {kind: 'lookedUp'}},
  contact: {mailbox, source: 'registry', certainty: 'published'},
  about: {kind: 'guessing', network: '192.0.2.0/24', attackers: [attacker('192.0.2.7')]},
  ...more,
});
const compose = (each: Complaint) => composeMail(each, sender, builtInLetters(), tools, startMs);

test('sender, answers, recipient, and the envelope that tells which complaint it is', () => {
  const composed = compose(complaint('abuse@example.net'));
  if (composed.kind !== 'mail') throw new Error(composed.why);
  const {mail} = composed;
  expect(mail.sender).toBe(`abuse+bounce-${id}@example.org`);
  const [head = ''] = mail.raw.split('\r\n\r\n');
  for (const line of [
    'From: abuse@example.org',
    'Reply-To: abuse@example.org',
    'To: abuse@example.net',
    'Auto-Submitted: auto-generated',
    `Message-ID: <${id}@example.org>`,
    'Date: Thu, 31 Dec 2026 20:00:00 +0000',
  ]) {
    expect(head.split('\r\n')).toContain(line);
  }
  expect(mail.raw).toMatch(/multipart\/report; report-type=feedback-report/);
  expect(mail.raw).toContain('Source-IP: 192.0.2.7\r\n');
  expect(mail.text).toContain('192.0.2.7  2026-12-31T19:00:00Z to 2026-12-31T20:00:00Z');
});

test.each(['a@b\r\nBcc: x@example.net', 'a b@example.net', '<a@example.net>', '@x:a@example.net'])(
  '%j is written to by nobody',
  (mailbox) => {
    expect(isSmtpMailbox(mailbox)).toBe(false);
    expect(compose(complaint(mailbox))).toMatchObject({kind: 'wrong'});
  },
);

test('hostile header and names of a scanner begin no field, no part, and hold no field of a letter', () => {
  const hostile = fc.string({unit: anyCharacter, maxLength: 300});
  fc.assert(
    fc.property(hostile, hostile, (header, name) => {
      const composed = compose(
        complaint('abuse@example.net', {
          about: {
            ...{kind: 'message', network: '192.0.2.0/24', client: '192.0.2.7', queueId: name},
            ...{takenMs: startMs, found: {kind: 'scanner', name: `${name} {from}`}, header},
          },
        }),
      );
      if (composed.kind !== 'mail') throw new Error(composed.why);
      const {raw} = composed.mail;
      expect(raw).toMatch(/^[\x20-\x7e\r\n]*$/);
      expect(raw.split(`\r\n--blocksmtp-${id}`)).toHaveLength(5);
      const [head = ''] = raw.split('\r\n\r\n');
      expect(head.split('\r\n')).toHaveLength(9);
      expect(composed.mail.text).toContain('{from}');
    }),
  );
});

test('a name is a pattern and a hash, the same for the same name, and never the name', () => {
  const shown = shownName('<Alice@example.net>', hash);
  expect(shown).toEqual(shownName('alice', hash));
  expect(shown.pattern).toBe('a, 5 characters');
  expect(JSON.stringify(shown)).not.toMatch(/alice/i);
});

test.each(sampleFiles)('%s is a letter, and stands in etc/letters', (name, text) => {
  expect(readLetter(name, text)).toMatchObject({kind: 'letter'});
  expect(readFileSync(`etc/letters/${name}`, 'utf8')).toBe(text);
});

test('the milder letter is for messages of which the scanner is less sure', () => {
  const fileFor = (found: string) => letterFor(builtInLetters(), {kind: 'message', found})?.file;
  expect(fileFor('Heuristics.Phishing')).toBe('built-in message-mild.txt');
  expect(fileFor('Win.Worm-1')).toBe('built-in message.txt');
});

test('an unknown field is one clear line, with its place', () => {
  const text = 'For: guessing\nSubject: x\n\nHello {nobody}\n';
  expect(readLetter('/l/a.txt', text)).toEqual({
    kind: 'wrong',
    problems: [expect.stringMatching(/^\/l\/a\.txt:4: unknown field \{nobody\}: expected one of /)],
  });
});
