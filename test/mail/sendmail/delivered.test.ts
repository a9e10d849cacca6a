/** `to=…, stat=Sent`: who took the mail, in whose name, at which host; and what hostile text makes of it. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {readFrom, readTo} from '../../../src/mail/sendmail/envelope.js';
import type {Delivered} from '../../../src/mail/mail-event.js';
import {notation} from './notation.js';

const next = 'relay=mail.example.net. [192.0.2.30]';
const line = (recipients: string, tail = 'dsn=2.0.0, stat=Sent (ok)', relay = next): string =>
  `to=${recipients}, delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=30333, ${relay}, ${tail}`;

function read(body: string): Delivered | undefined {
  const event = readTo('X', body);
  return event?.kind === 'delivered' ? event : undefined;
}

describe('readTo() of mail that arrived', () => {
  test.each([
    ['one', line('<a@b>'), 'host=192.0.2.30 <a@b>'],
    ['three', line('<a@b>,<c@d>,<e@f>'), 'host=192.0.2.30 <e@f> (beside <a@b> <c@d>)'],
    ['more of them', line('<a@b>,<c@d>, [more]'), 'host=192.0.2.30 <c@d> (beside <a@b>)'],
    ['a local one', line('<a@b>', 'dsn=2.1.5, stat=Sent', 'relay=local'), 'host=- <a@b>'],
    ['no relay', line('<a@b>').replace(`, ${next}`, ''), 'host=- <a@b>'],
    [
      'IPv6',
      line('<a@b>', 'dsn=2.0.0, stat=Sent', 'relay=x [IPv6:2001:db8:0:0:0:0:0:30]'),
      'host=2001:db8::30 <a@b>',
    ],
    ['days in the queue', line('<a@b>').replace('delay=00', 'delay=3+00'), 'host=192.0.2.30 <a@b>'],
    ['a number of tries', line('<a@b>', 'dsn=2.0.0, ntries=3, stat=Sent'), 'host=192.0.2.30 <a@b>'],
    ['an alias', line('alice, ctladdr=<team@b> (8/0)'), 'host=192.0.2.30 for=<team@b>'],
    ['what an alias leads to', line('alice'), 'host=192.0.2.30 alice'],
    ['or leads to at another host', line('al.ice@b'), 'host=192.0.2.30 al.ice@b'],
    ['an alias of an alias', line('<a@b>, ctladdr=team (8/0)'), 'host=192.0.2.30'],
    [
      'a long alias, of which the middle is left out',
      line(`<a@b>, ctladdr=<${'x'.repeat(40)}...${'x'.repeat(38)}>`),
      'host=192.0.2.30',
    ],
  ])('%s', (_, body, expected) => {
    expect(notation(readTo('X', body))).toBe(`delivered X ${expected}`);
  });

  test.each([
    ['waits', line('<a@b>', 'dsn=4.0.0, stat=Deferred')],
    ['waits, says the next host', line('<a@b>', 'dsn=4.2.0, stat=Deferred: 450 x, stat=Sent')],
    [
      'is refused',
      line('<a@b>', 'dsn=5.7.1, reply=550 x, dsn=2.0.0, stat=Sent, stat=User unknown'),
    ],
    [
      'is refused in words of success',
      line('<a@b>', 'dsn=5.7.1, reply=550 no, stat=Service unavailable, dsn=2.0.0, stat=Sent'),
    ],
    [
      'is refused with a code of success',
      line(
        '<a@b>',
        'dsn=2.0.0, reply=550 2.0.0 no, stat=Service unavailable, dsn=2.0.0, stat=Sent',
      ),
    ],
    ['is thrown away', line('<a@b>', 'stat=discarded')],
    ['was not sent off', 'to=<a@b>, delay=00:00:00, pri=0, stat=aborted by sender'],
    ['is cut in front of it', line('<a@b>', 'dsn=2.0.0, stat=Se')],
    ['has no end of its own', line('<a@b>', 'dsn=2.0.0, stat=Sent and more')],
  ])('%s: it has not arrived', (_, body) => {
    expect(read(body)).toBeUndefined();
  });

  test('only the last of two that a client can type as one is sure: sendmail takes that one', () => {
    expect(read(line('<made-up@b>,<alice@b>'))).toMatchObject({
      sure: ['<alice@b>'],
      others: ['<made-up@b>'],
    });
  });

  test.each([
    '<made-up@b><alice@b>',
    '<made-up@b>;<alice@b>',
    'made-up<alice@b>',
    '<made-up@b>,alice@b',
    '<@x.example,@y.example:alice@b>',
    '<a,b@example.net>',
    'a<alice@b',
    'alice,bob',
  ])('%s gives no name at all', (recipients) => {
    const {sure = [], others = []} = read(line(recipients)) ?? {};
    expect([...sure, ...others]).toEqual([]);
  });

  test('a line with 64 names gives all of them, one with 65 none', () => {
    const names = (count: number) => Array.from({length: count}, (_, i) => `<n${i}@b>`).join(',');
    expect(read(line(names(64)))?.others).toHaveLength(63);
    expect(read(line(names(65)))).toMatchObject({sure: [], others: []});
  });
});

const fake =
  ', delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=1, relay=x [198.51.100.66], dsn=2.0.0, stat=Sent';
const hostile = [
  `<"x${fake} ("@example.net>`,
  `<x(${fake} ()@example.net>`,
  `<x${fake}@example.net>`,
  `<x${fake} (y)@example.net>`,
  `<x, ctladdr=<innocent@example.net> (8/0)${fake} (y)@example.net>`,
  `<x>x, ctladdr=<innocent@example.net>${fake} (y)@example.net>`,
  '<"x, stat=Sent"@example.net>',
  '<"x, ctladdr=<innocent@example.net> (8/0), delay=00:00:01"@example.net>',
  '<"x, relay=[198.51.100.66]"@example.net>',
  '<"from=<>, size=1"@example.net>',
  '<"\\\\", stat=Sent "@example.net>',
  `<>${fake} (>`,
  `<x@b>${fake} (>`,
];

describe('readTo() of hostile recipients', () => {
  test.each(hostile)('%s makes no delivery and no name', (recipient) => {
    for (const tail of [
      'dsn=4.0.0, stat=Deferred: 450 (x)',
      'dsn=5.1.1, stat=User unknown (x)',
      'dsn=2.0.0, stat=Sent (ok)',
    ]) {
      const event = readTo('X', line(recipient, tail));
      expect(event?.kind).not.toBe('delivered');
      // The client does not name the host that refused either.
      if (event !== undefined) expect(event.nextHost).toBeUndefined();
    }
  });

  test('beside an honest one', () => {
    for (const recipient of hostile) {
      expect(read(line(`<anna@b>,${recipient}`))).toBeUndefined();
    }
  });

  test('no cut of a line makes a delivery of one that waits', () => {
    const body = line('<a@b>', 'dsn=4.2.0, stat=Deferred: 450 4.2.0 <a@b>, dsn=2.0.0, stat=Sent');
    for (let length = 0; length <= body.length; length++) {
      expect(read(body.slice(0, length))).toBeUndefined();
    }
  });

  test('a cut line that is one still has the true host and name', () => {
    const body = line('<a@b>', 'dsn=2.0.0, stat=Sent (relay=x [198.51.100.66], dsn=2.0.0)');
    for (let length = 0; length <= body.length; length++) {
      const event = read(body.slice(0, length));
      if (event === undefined) continue;
      expect(event.sure).toEqual(['<a@b>']);
      expect(event.nextHost?.text).toBe('192.0.2.30');
    }
  });

  test('whatever stands in a recipient: no host but the true one, no name that is not in it', () => {
    const word = fc.constantFrom(
      ' ',
      '"',
      '(',
      ')',
      '<',
      '>',
      ',',
      '\\',
      fake,
      ', [more]',
      ', ctladdr=',
      ', delay=00:00:01',
      ', stat=Sent',
      'x@b',
    );
    fc.assert(
      fc.property(fc.array(word, {maxLength: 12}), (words) => {
        const event = read(line(`<${words.join('')}>`));
        if (event === undefined) return;
        expect(event.nextHost?.text).toBe('192.0.2.30');
      }),
      {numRuns: 2_000},
    );
  });
});

describe('readFrom() gives the owner of an envelope and whether a message came', () => {
  const from = (sender: string, rest = 'size=400, class=0, nrcpts=2, msgid=<1@b>'): string =>
    `from=${sender}, ${rest}, proto=ESMTP, daemon=MTA, relay=[203.0.113.7]`;

  test.each([
    ['<a@b>', '<a@b>'],
    ['<>', ''],
    // Not the null sender, though it begins so.
    ['<>x', '<>x'],
    ['<NONE>', '<NONE>'],
    ['<"from=<>, size=1"@b>', '<"from=<>, size=1"@b>'],
    ['<"x, relay=[198.51.100.66]"@b>', '<"x, relay=[198.51.100.66]"@b>'],
  ])('sender %s', (text, sender) => {
    expect(readFrom('X', from(text))?.sender).toBe(sender);
  });

  test.each([
    ['all of it', 'size=400, class=0, nrcpts=2, msgid=<1@b>', 'taken'],
    ['cut in its body', 'size=400, class=0, nrcpts=2', 'none'],
    ['nothing', 'size=0, class=0, nrcpts=2', 'none'],
    ['nobody to take it', 'size=400, class=0, nrcpts=0, msgid=<1@b>', 'none'],
    ['empty, with an id', 'size=0, class=0, nrcpts=1, msgid=<1@b>', 'none'],
  ])('%s', (_, rest, message) => {
    expect(readFrom('X', from('<a@b>', rest))?.message).toBe(message);
  });

  test('an id in the sender is none', () => {
    const body = from('<"x, msgid=<1@b>"@b>', 'size=400, class=0, nrcpts=2');
    expect(readFrom('X', body)?.message).toBe('none');
  });

  test.each([
    'root@localhost',
    'localhost',
    'localhost [[UNIX: localhost]]',
    'localhost [[UNIX: /run/x]]',
  ])('a local program: %s', (relay) => {
    const event = readFrom('X', from('alice').replace('[203.0.113.7]', relay));
    expect(event).toMatchObject({client: undefined, accepted: 2, sender: 'alice'});
  });
});
