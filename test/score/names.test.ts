/** What is one name however it is written, what is another, and what counts at all. */
import {describe, expect, test} from '@jest/globals';
import {isEvidenceKind, isVerified} from '../../src/mail/evidence.js';
import {signKinds} from '../../src/mail/mail-event.js';
import {subjectOf} from '../../src/mail/sendmail/recipients/recipient.js';
import {deedHash, foldHash, isBareName, nameHash, plainName} from '../../src/score/names.js';
import {weights} from '../../src/score/weights.js';

test('faults that monitors and broken mailers make too weigh nothing', () => {
  const weighing = signKinds.filter(isEvidenceKind);
  expect(new Set([...weighing, 'unknownRecipient', 'undeliverable', 'stuckSession'])).toEqual(
    new Set(Object.keys(weights)),
  );
  for (const kind of ['noCommands', 'lostInput', 'connectionRefused', 'recipientRefused'])
    expect(isEvidenceKind(kind)).toBe(false);
  expect(isEvidenceKind('toString')).toBe(false);
});

test('only the kernel and the journal prove', () => {
  expect((['kernel', 'journal', 'title', 'log'] as const).filter(isVerified)).toEqual([
    'kernel',
    'journal',
  ]);
});

describe('one name', () => {
  const forms = [
    '<anna@example.net>',
    'anna@example.net',
    '<ANNA@Example.Net>',
    '<"anna"@example.net>',
    '<"an"na@example.net>',
    '< anna @ example.net >',
    '< (comment) anna@example.net>',
    '<anna(comment)@example.net(another)>',
    '<anna+detail@example.net>',
    '<anna+more+detail@example.net>',
    '<<anna@example.net>>',
    String.raw`<\\anna@example.net>`,
  ];

  test.each(forms)('%s is anna@example.net', (form) => {
    expect(plainName(form)).toBe('anna@example.net');
  });

  test.each([
    '<anne@example.net>',
    '<anna@example.org>',
    '<ann@a.example.net>',
    '<anna-x@example.net>',
  ])('%s is another', (form) => {
    expect(plainName(form)).not.toBe('anna@example.net');
  });

  test('the bare one is it without anything to be left out', () => {
    expect(isBareName('<anna@example.net>')).toBe(true);
    expect(forms.filter(isBareName)).toEqual(['<anna@example.net>']);
  });

  test('whether this host or the next one did not know it; other deeds are several', () => {
    const of = (kind: Parameters<typeof deedHash>[0]): number => deedHash(kind, 'anna');
    expect(of('undeliverable')).toBe(of('unknownRecipient'));
    expect(new Set([of('unknownRecipient'), of('vrfyProbe'), of('authFailed')]).size).toBe(3);
  });

  test('a hash of 32 bits is never 0, and differs for many names', () => {
    expect(foldHash(0)).toBe(1);
    expect(foldHash(2 ** 32 + 1)).toBe(1);
    const all = Array.from({length: 20_000}, (_, i) => foldHash(nameHash(`n${i}@example.net`)));
    expect(new Set(all).size).toBeGreaterThan(19_998);
  });

  test('a name that hides between long comments, which sendmail leaves out, is ambiguous', () => {
    const typed = (name: string): string =>
      `(${'c'.repeat(100)})${name}(${'d'.repeat(110)})@example.net`;
    const shown = (name: string): string =>
      `${typed(name).slice(0, 100)}...${typed(name).slice(-100)}`;
    expect(subjectOf(shown('anna')).subjectIs).toBe('ambiguous');
    expect(subjectOf(`${'a'.repeat(100)}...${'b'.repeat(88)}@example.net`).subjectIs).toBe(
      undefined,
    );
  });
});
