import {describe, expect, test} from '@jest/globals';
import {readReceived} from '../../src/queue/received.js';

const of = (way: 'relayed' | 'submitted', more: object) => ({
  host: 'relay.example.net',
  queueId: '6ATFIh0Y000204',
  way,
  user: undefined,
  client: undefined,
  login: 'none',
  places: 'one',
  ...more,
});

describe("sendmail's own forms", () => {
  test.each([
    [
      'from mail.example.org (mail.example.org [192.0.2.66])\n\tby relay.example.net (8.18.1/8.18.1/Debian-6) with ESMTP id 6ATFIh0Y000204;\n\tSun, 29 Nov 2026 15:18:43 GMT',
      of('relayed', {client: '192.0.2.66'}),
    ],
    [
      'from x ([IPv6:2001:db8::7]) by relay.example.net (8.18.1/8.18.1) with SMTP id 6ATFIh0Y000204 for <bob@example.net>; now',
      of('relayed', {client: '2001:db8::7'}),
    ],
    [
      'from x (h [192.0.2.7] (may be forged)) (authenticated bits=0) by relay.example.net (8.18.1/8.18.1) with ESMTPSA id 6ATFIh0Y000204 (version=TLSv1.3 cipher=X bits=256 verify=NO); now',
      of('relayed', {client: '192.0.2.7', login: 'authenticated'}),
    ],
    [
      '(from alice@localhost) by relay.example.net (8.18.1/8.18.1/Submit) id 6ATFIh0Y000204; now',
      of('submitted', {user: 'alice'}),
    ],
  ])('%j', (value, wanted) => expect(readReceived(value)).toEqual(wanted));
});

describe('others', () => {
  test.each([
    '(qmail 123 invoked by uid 99); 1 Jan 2020',
    'from a by b with LMTP',
    'by relay.example.net (Postfix, from userid 33)',
    '',
    ' by by by by',
  ])('%j is none of sendmail', (value) => expect(readReceived(value)).toBeUndefined());

  test('words of a client in front do not become the host or the id', () => {
    const helo = 'x by evil.example (8.18.1/8.18.1) with ESMTP id AAAAAAAA000001;';
    const own = 'by relay.example.net (8.18.1/8.18.1) with ESMTP id 6ATFIh0Y000204; now';
    expect(readReceived(`from ${helo} (h [192.0.2.7]) ${own}`)).toEqual(
      of('relayed', {client: '192.0.2.7', places: 'several'}),
    );
  });

  test('a long one is read in a time that grows with its length', () => {
    for (const piece of [' by x (', ' by ', '(', '[1', ' id a']) {
      expect(readReceived(piece.repeat(200_000))).toBeUndefined();
    }
  });
});
