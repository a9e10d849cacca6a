/** Whom to write to, as people and programs read it. */
import {expect, test} from '@jest/globals';
import type {ContactAnswer} from '../../../src/complaint/contact/answer.js';
import {contactJson, contactText} from '../../../src/report/tables/contact.js';

const foundMs = Date.parse('2026-11-29T12:00:00Z');
const found: ContactAnswer = {
  ...{kind: 'found', network: '192.0.2.0/24', foundMs},
  contacts: [
    {mailbox: 'abuse@example.net', source: 'reverse-name', certainty: 'guessed'},
    {mailbox: 'postmaster@example.net', source: 'reverse-name', certainty: 'guessed'},
  ],
};
const shown = (answer: ContactAnswer, by: 'cache' | 'search' = 'search') => ({
  ...{address: '192.0.2.7', answer, by},
});

test('found', () => {
  expect(contactText(shown(found, 'cache'))).toBe(
    [
      'network:   192.0.2.0/24',
      'contact:   abuse@example.net       reverse name: guessed from the name',
      'contact:   postmaster@example.net  reverse name: guessed from the name',
      'known:     remembered since 2026-11-29T12:00:00+00:00',
      '',
    ].join('\n'),
  );
  expect(contactText(shown(found))).toContain('asked just now, 2026-11-29');
});

test('not found: the reason is printable', () => {
  const why = 'x\x1b[31m\nnetwork: y';
  const none = contactText(shown({kind: 'none', network: '192.0.2.0/24', why}));
  expect(none).toBe('network:   192.0.2.0/24\nno contact for 192.0.2.7: x?[31m?network: y\n');
  const failed = contactText(shown({kind: 'failed', why, againMs: 1}));
  expect(failed).toBe('nobody could tell for 192.0.2.7: x?[31m?network: y\n');
  expect(contactJson(shown({kind: 'failed', why, againMs: 1}))).not.toContain('\x1b');
});

test('for programs', () => {
  expect(JSON.parse(contactJson(shown(found, 'cache')))).toEqual({
    ...{address: '192.0.2.7', ...found, by: 'cache', foundTime: '2026-11-29T12:00:00Z'},
  });
});
