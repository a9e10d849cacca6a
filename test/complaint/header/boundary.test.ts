/**
 * Who handed a message in. The log that is asked knows three messages of two clients; whatever a header
 * says, nobody else is ever accused.
 */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {
  type Boundary,
  boundaryOf,
  type Known,
  mostApartMs,
  mostRelays,
  wantedIds,
} from '../../../src/complaint/header/boundary.js';
import {readHeader} from '../../../src/complaint/header/fields.js';
import {messageAccusation} from '../../../src/complaint/message-accusation.js';
import {parseAddress} from '../../../src/net/address.js';
import {parseNetwork} from '../../../src/net/network.js';
import {LogReader} from '../../../src/queue/trace/log-facts.js';
import {Exemptions} from '../../../src/score/exempt.js';

const atMs = Date.UTC(2026, 10, 29, 15, 18, 43);
const [id, relayedId, bounceId, loginId, handedId, privateId] = [
  '6ATFIh0Y000204',
  '6ATFIh0Y000205',
  '6ATFIh0Y000206',
  '6ATFIh0Y000207',
  '6ATFIh0Y000208',
  '6ATFIh0Y000209',
];
const [guilty, relay, own, innocent] = ['198.51.100.7', '192.0.2.25', '10.0.0.7', '203.0.113.9'];
const messageId = '<m1@example.org>';

const fromLine = (queueId: string, client: string, sender = '<a@example.org>'): string =>
  `${queueId}: from=${sender}, size=509, class=0, nrcpts=1, msgid=${messageId}, proto=ESMTP, daemon=MTA, relay=h.example [${client}]`;

const log: readonly (readonly [pid: number, message: string])[] = [
  [1, fromLine(id, guilty)],
  [2, fromLine(relayedId, relay)],
  [3, fromLine(bounceId, guilty, '<>')],
  [4, `AUTH=server, relay=h.example [${guilty}], authid=anna, mech=PLAIN, bits=0`],
  [4, fromLine(loginId, guilty)],
  [5, fromLine(handedId, '127.0.0.1')],
  [
    6,
    `6ATFIhta000203: to=b@example.net, ctladdr=a (33/33), delay=00:00:00, xdelay=00:00:00, mailer=relay, pri=9, relay=[127.0.0.1] [127.0.0.1], dsn=2.0.0, stat=Sent (${handedId} Message accepted for delivery)`,
  ],
  [7, fromLine(privateId, own)],
];

const network = (text: string) => parseNetwork(text)!;
const exemptions = new Exemptions(
  {file: 'whitelist', entries: [], problems: []},
  undefined,
  [],
  [network(relay)],
);
const known: Known = {
  names: ['relay.example.net', 'mx2.example.net'],
  exemptionOf: (address) => exemptions.of(address),
};

/** As the program does it: only what the headers ask for is looked up. */
function verdictOf(message: string, more: Partial<Known> = {}): Boundary {
  const header = readHeader(message);
  const asked = {...known, ...more};
  const reader = new LogReader(wantedIds(header, asked));
  for (const [pid, text] of log) reader.take({atMs, pid, message: text, vouched: 'no'});
  return boundaryOf(header, asked, reader.facts);
}

const received = (
  client: string,
  queueId: string,
  {by = 'relay.example.net', date = 'Sun, 29 Nov 2026 15:18:43 GMT', helo = 'x', more = ''} = {},
): string =>
  `Received: from ${helo} (h.example [${client}])\n\tby ${by} (8.18.1/8.18.1/Debian-6) with ESMTP id ${queueId}${more};\n\t${date}\n`;
const rest = `Message-Id: ${messageId}\nSubject: x\n\nbody\n`;

describe('verified', () => {
  test('by the top header, its queue id and its client', () => {
    const verdict = verdictOf(received(guilty, id) + received(innocent, loginId) + rest);
    expect(verdict).toMatchObject({
      kind: 'verified',
      client: {text: guilty},
      queueId: id,
      proof: 'log',
    });
  });

  test.each([
    ['an address literal as its HELO', {helo: `[${innocent}]`}],
    ['a HELO like a peer', {helo: `(evil [${innocent}])`}],
    ['a recipient', {more: '\n\tfor <bob@example.net>'}],
    ['the name in capitals', {by: 'RELAY.example.net'}],
  ])('with %s', (_, options) => {
    const verdict = verdictOf(received(guilty, id, options) + rest);
    expect(verdict).toMatchObject({kind: 'verified', client: {text: guilty}});
  });

  test('a mapped address is the same client', () => {
    const verdict = verdictOf(received(`IPv6:::ffff:${guilty}`, id) + rest);
    expect(verdict).toMatchObject({kind: 'verified', client: {text: guilty}});
  });

  test('behind the header of the program that delivers on this machine', () => {
    const lmtp =
      'Received: from relay.example.net\n\tby relay.example.net with LMTP\n\tid aB+c\n\t(envelope-from <x@example.org>); now\n';
    expect(verdictOf(lmtp + received(guilty, id) + rest).kind).toBe('verified');
    const other = lmtp.replace('by relay.example.net', 'by mx.example.com');
    expect(verdictOf(other + received(guilty, id) + rest).kind).toBe('unverified');
  });
});

describe('nobody is accused', () => {
  test.each([
    ['no Received', 'Subject: x\n\n', 'no Received'],
    [
      'another machine above',
      received(guilty, id, {by: 'mx.example.com'}) + received(guilty, id),
      'no name',
    ],
    ['an id that the log does not know', received(guilty, '6ATFIh0Y999999'), 'not in our log'],
    ['the id of another client', received(innocent, id), 'another client'],
    ['no client', received('x', id), 'another client'],
    ['no time', received(guilty, id, {date: 'now'}), 'no time'],
    ['another time', received(guilty, id, {date: 'Sun, 29 Nov 2026 15:28:43 GMT'}), 'another time'],
    ['another form', 'Received: from a by relay.example.net (Postfix) with ESMTP; now\n', 'form'],
    [
      'a recipient like our own words',
      received(innocent, 'AAAAAA', {
        more: ` for <"x (h [${guilty}]) by relay.example.net (8.18.1) with SMTP id ${id} "@example.net>`,
      }),
      'several',
    ],
  ])('%s', (_, top, why) => {
    const verdict = verdictOf(top + rest);
    expect(verdict).toMatchObject({kind: 'unverified', why: expect.stringContaining(why)});
  });

  test('the header of one message over another', () => {
    const verdict = verdictOf(`${received(guilty, id)}Message-Id: <other@example.org>\n\nbody\n`);
    expect(verdict).toMatchObject({kind: 'unverified', why: expect.stringContaining('Message-Id')});
  });

  test('five minutes apart are the same time, and a millisecond more is not', () => {
    const date = (ms: number) => ({date: new Date(ms).toUTCString()});
    expect(verdictOf(received(guilty, id, date(atMs - mostApartMs)) + rest).kind).toBe('verified');
    expect(verdictOf(received(guilty, id, date(atMs - mostApartMs - 1000)) + rest).kind).toBe(
      'unverified',
    );
  });

  test('of a bounce', () => {
    expect(verdictOf(received(guilty, bounceId) + rest)).toEqual({
      kind: 'bounce',
      queueId: bounceId,
    });
  });

  test.each([
    ['a login', received(guilty, loginId)],
    ['our own submission', received('127.0.0.1', handedId)],
    [
      'the line of a submission',
      'Received: (from alice@localhost) by relay.example.net (8.18.1/8.18.1/Submit) id 6ATFIhta000203; now\n',
    ],
    ['a private network', received(own, privateId)],
    [
      'a login of which only our header tells',
      received(guilty, id).replace('\n\tby', '\n\t(authenticated bits=0)\n\tby'),
    ],
  ])('%s is ours', (_, top) => expect(verdictOf(top + rest).kind).toBe('ours'));
});

describe('a trusted relay', () => {
  test('permits one header more, by the same rule', () => {
    const below = received(guilty, id, {by: 'mx2.example.net'});
    const verdict = verdictOf(received(relay, relayedId) + below + rest);
    expect(verdict).toMatchObject({kind: 'verified', client: {text: guilty}, queueId: id});
  });

  test.each([
    [
      'a header that no log bears out',
      received(innocent, '6ATFIh0Y777777', {by: 'mx2.example.net'}),
    ],
    ['a header of another machine', received(guilty, id, {by: 'mx3.example.net'})],
    ['no header', ''],
    ['itself again and again', received(relay, relayedId).repeat(mostRelays + 3)],
  ])('and below it %s accuses nobody, not the relay either', (_, below) => {
    expect(verdictOf(received(relay, relayedId) + below + rest).kind).toBe('unverified');
  });

  test('a relay that is not trusted is the client', () => {
    const nobody = {exemptionOf: () => undefined};
    const below = received(guilty, id, {by: 'mx2.example.net'});
    const verdict = verdictOf(received(relay, relayedId) + below + rest, nobody);
    expect(verdict).toMatchObject({kind: 'verified', client: {text: relay}});
  });
});

test('whatever a header says, an accused client stands in our log with that very id', () => {
  const inLog = new Map([
    [id, guilty],
    [relayedId, relay],
  ]);
  const address = fc.constantFrom(
    guilty,
    relay,
    own,
    innocent,
    '127.0.0.1',
    `IPv6:::ffff:${innocent}`,
  );
  const anyId = fc.constantFrom(
    id,
    relayedId,
    bounceId,
    loginId,
    handedId,
    privateId,
    '6ATFIh0Y777777',
  );
  const by = fc.constantFrom('relay.example.net', 'mx2.example.net', 'evil.example');
  const word = fc.oneof(
    address.map((text) => `[${text}]`),
    address.map((text) => `(h [${text}])`),
    anyId.map((text) => `id ${text};`),
    by.map((text) => `by ${text} (8.18.1)`),
    fc.constantFrom(
      'from',
      'with ESMTP',
      '\n\t',
      '"',
      '(',
      ')',
      '(may be forged)',
      'for <a@b>',
      ';',
      '\r\n ',
      '=?utf-8?q?x?=',
    ),
    fc.string({maxLength: 8}),
  );
  const free = fc.array(word, {maxLength: 20}).map((words) => `Received: ${words.join(' ')}\n`);
  const shaped = fc
    .tuple(address, anyId, by, fc.oneof(fc.constant('x'), word))
    .map(([client, queueId, host, helo]) => received(client, queueId, {by: host, helo}));
  const hostile = fc.array(fc.oneof(shaped, free), {maxLength: 6});
  let verified = 0;
  fc.assert(
    fc.property(
      hostile,
      fc.constantFrom(known, {...known, exemptionOf: () => undefined}),
      (fields, how) => {
        const header = readHeader(fields.join('') + rest);
        const verdict = verdictOf(fields.join('') + rest, how);
        if (verdict.kind !== 'verified') return;
        verified += 1;
        expect(inLog.get(verdict.queueId)).toBe(verdict.client.text);
        const accusation = messageAccusation(verdict, header, {kind: 'person'}, 'x');
        expect([...inLog.values()]).toContain(accusation.client);
        expect(parseAddress(accusation.client)).toBeDefined();
      },
    ),
    {numRuns: 3000},
  );
  // Of 3000 about 33 are; that there are so few as five has no chance worth the name.
  expect(verified).toBeGreaterThan(5);
});
