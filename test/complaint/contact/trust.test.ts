/** The order of the sources, and what is made of what they say. */
import {describe, expect, test} from '@jest/globals';
import {
  failureKeptMs,
  isContactRow,
  keptMs,
  silenceKeptMs,
} from '../../../src/complaint/contact/cache.js';
import {answerOf, type Finding, rowOf} from '../../../src/complaint/contact/trust.js';
import {parseAddress} from '../../../src/net/address.js';

const address = parseAddress('192.0.2.7')!;
const nowMs = 1_700_000_000_000;
const nobody: Finding = {kind: 'said', mailboxes: []};
const desk: Finding = {kind: 'said', mailboxes: ['abuse@example.net']};
const known: Finding = {...nobody, network: '192.0.2.0/25'};
const silent: Finding = {kind: 'silent', why: 'timeout', waitMs: 0};
const wrong: Finding = {kind: 'wrong', why: 'no JSON'};
const off: Finding = {kind: 'off'};

describe('the first source that names a contact', () => {
  test.each([
    ['registry', {registry: {...desk, network: '192.0.2.0/25'}}, 'published', '192.0.2.0/25'],
    ['contact-zone', {registry: known, 'contact-zone': desk}, 'listed', '192.0.2.0/25'],
    ['contact-zone', {registry: off, 'contact-zone': desk}, 'listed', '192.0.2.0/24'],
    [
      'reverse-name',
      {registry: nobody, 'contact-zone': nobody, 'reverse-name': desk},
      ...(['guessed', '192.0.2.7'] as const),
    ],
  ] as const)('%s', (source, findings, certainty, network) => {
    const row = rowOf(address, findings, nowMs);
    expect(row).toMatchObject({network, atMs: nowMs, forMs: keptMs});
    expect(answerOf(row)).toEqual({
      ...{kind: 'found', network, foundMs: nowMs},
      contacts: [{mailbox: 'abuse@example.net', source, certainty}],
    });
  });
});

test('where a better source failed, the answer of the next one is kept for less long', () => {
  const late = rowOf(address, {registry: silent, 'contact-zone': desk}, nowMs);
  expect(late).toMatchObject({forMs: silenceKeptMs, result: {kind: 'found'}});
  const bad = rowOf(address, {registry: wrong, 'contact-zone': desk}, nowMs);
  expect(bad.forMs).toBe(failureKeptMs);
});

test('there is no contact only where all sources have answered', () => {
  const none = rowOf(
    address,
    {registry: known, 'contact-zone': off, 'reverse-name': nobody},
    nowMs,
  );
  expect(answerOf(none)).toEqual({
    ...{kind: 'none', network: '192.0.2.0/25'},
    why: 'registry, reverse name: nobody named',
  });
  expect(none.forMs).toBe(keptMs);
  const failed = rowOf(address, {registry: known, 'reverse-name': silent}, nowMs);
  expect(failed.network).toBe('192.0.2.0/24');
  expect(answerOf(failed)).toEqual({
    ...{kind: 'failed', why: 'reverse name: timeout', againMs: nowMs + silenceKeptMs},
  });
});

test('a pause that the server asks for is kept, up to a day', () => {
  const again = (waitMs: number) => rowOf(address, {registry: {...silent, waitMs}}, nowMs).forMs;
  expect(again(60_000)).toBe(60_000);
  expect(again(9 * failureKeptMs)).toBe(failureKeptMs);
  expect(rowOf(address, {registry: wrong}, nowMs).forMs).toBe(failureKeptMs);
});

test('a reason is printable and short', () => {
  const why = `\x1b[31m${'x'.repeat(1000)}`;
  const row = rowOf(address, {registry: {kind: 'wrong', why}}, nowMs);
  expect(isContactRow(row)).toBe(true);
  expect(JSON.stringify(row.result)).not.toContain('\\u001b');
});

test('with all sources off, that is the reason', () => {
  const row = rowOf(address, {registry: off, 'contact-zone': off}, nowMs);
  expect(row.result).toEqual({kind: 'none', why: 'no source is configured'});
});
