/** What follows from an answer of a registry. */
import {describe, expect, test} from '@jest/globals';
import {
  type HttpReply,
  mostRedirects,
  nextOf,
  retryAfterMs,
} from '../../../../src/complaint/contact/rdap/reply.js';
import {parseAddress} from '../../../../src/net/address.js';
import {arin} from '../../../support/contact/registries.js';

const nowMs = Date.parse('2026-11-29T12:00:00Z');
const address = parseAddress('192.0.2.7')!;
const reply = (status: number, more: Partial<HttpReply> = {}): HttpReply => ({
  ...{status, location: undefined, retryAfter: undefined, expires: undefined, body: '', ...more},
});
const first = 'https://a.example.net/ip/192.0.2.7';
const next = (answer: HttpReply, ...asked: readonly string[]) =>
  nextOf(answer, [first, ...asked], address, nowMs);
const to = (location: string | undefined) => reply(302, {location});

test('a record, nobody, a pause', () => {
  expect(next(reply(200, {body: JSON.stringify(arin)}))).toMatchObject({kind: 'record'});
  expect(next(reply(404))).toMatchObject({kind: 'nobody'});
  expect(next(reply(429, {retryAfter: '90'}))).toMatchObject({kind: 'later', waitMs: 90_000});
  expect(next(reply(503))).toMatchObject({kind: 'later', waitMs: 600_000});
});

test.each([204, 400, 401, 403, 500, 0])('the status %d is wrong', (status) => {
  expect(next(reply(status))).toEqual({kind: 'wrong', why: `the server answers ${status}`});
});

test.each(['', '<html>', '[]', 'null', '"x"', '{', '['.repeat(100_000)])(
  'the body %.20s is wrong',
  (body) => {
    expect(next(reply(200, {body})).kind).toBe('wrong');
  },
);

describe('a redirect', () => {
  const other = 'https://b.example.net/ip/192.0.2.7';

  test('leads to another registry', () => {
    for (const status of [301, 302, 303, 307, 308])
      expect(next(reply(status, {location: other}))).toEqual({kind: 'ask', url: other});
  });

  test.each([
    ['nowhere', undefined],
    ['out of https', 'http://b.example.net/'],
    ['to another scheme', 'file:///etc/passwd'],
    ['with a login', 'https://user:word@b.example.net/'],
    ['to itself', first],
    ['to what is too long', `https://b.example.net/${'x'.repeat(1000)}`],
  ])('%s is not followed', (_, location) => expect(next(to(location)).kind).toBe('wrong'));

  test('is followed three times, and in no circle', () => {
    const hops = Array.from({length: mostRedirects}, (_, i) => `https://hop${i}.example.net/`);
    expect(next(to(other), ...hops.slice(1)).kind).toBe('ask');
    expect(next(to(other), ...hops).kind).toBe('wrong');
    expect(next(to(hops[0]), ...hops.slice(0, 2)).kind).toBe('wrong');
  });

  test('may stay without https where the first server is', () => {
    const open = ['http://a.example.net/'] as const;
    expect(nextOf(to('http://b.example.net/'), open, address, nowMs).kind).toBe('ask');
  });
});

test('Retry-After: seconds, a date, or what it is without one', () => {
  expect(retryAfterMs('120', nowMs)).toBe(120_000);
  expect(retryAfterMs(' 120 ', nowMs)).toBe(120_000);
  expect(retryAfterMs('Sun, 29 Nov 2026 12:05:00 GMT', nowMs)).toBe(300_000);
  expect(retryAfterMs('Sun, 29 Nov 2020 12:05:00 GMT', nowMs)).toBe(2_000);
  expect(retryAfterMs('0', nowMs)).toBe(2_000);
  expect(retryAfterMs('999999999', nowMs)).toBe(86_400_000);
  for (const text of [undefined, '', 'soon', '-5x'])
    expect(retryAfterMs(text, nowMs)).toBe(600_000);
});
