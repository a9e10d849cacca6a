/** What a log says of clients, in the words of sendmail, joined as the daemon joins it. */
import {expect, test} from '@jest/globals';
import {askNobody, Joining} from '../../src/guard/joining.js';
import {guardSettings} from '../../src/guard/settings.js';
import {emptyState} from '../../src/guard/state.js';
import {SeenClients} from '../../src/hosts/seen.js';
import {sendmail} from '../../src/mail/sendmail/dialect.js';
import {configIn} from '../support/config.js';

const startMs = Date.UTC(2026, 10, 21, 12);

function seenIn(...messages: string[]): SeenClients {
  const seen = new SeenClients('partner.example');
  const settings = guardSettings(configIn('/tmp'), 'relay', 'past', sendmail);
  const joining = new Joining(settings, emptyState('unsaved'));
  for (const [at, message] of messages.entries()) {
    const atMs = startMs + at * 1000;
    const record = {
      atMs,
      host: 'relay',
      program: 'sm-mta',
      pid: 7,
      message,
      times: 1,
      writer: undefined,
    };
    const reading = joining.read(record);
    if (reading.kind === 'ignored') continue;
    const {event, outcomes} = joining.join(reading, atMs, askNobody);
    seen.take(reading.record.message, event, outcomes, atMs);
  }
  return seen;
}

const from = (id: string, sender: string, relay: string, accepted: number): string =>
  accepted === 0
    ? `${id}: from=<${sender}>, size=0, class=0, nrcpts=0, proto=ESMTP, daemon=MTA, relay=${relay}`
    : `${id}: from=<${sender}>, size=74, class=0, nrcpts=${accepted}, msgid=<1@x>, proto=ESMTP, daemon=MTA, relay=${relay}`;

test('the mail that was taken: by the sender, and by the name beside the address', () => {
  const {found} = seenIn(
    from('6ALDmHko000032', 'anna@partner.example', 'out.elsewhere.example [192.0.2.7]', 1),
    from('6ALDmHko000033', 'x@shop.example', 'mx1.partner.example [192.0.2.8]', 1),
    from('6ALDmHko000034', 'x@other.example', 'mx.other.example [192.0.2.9]', 1),
  );
  expect(found).toEqual([
    {
      client: '192.0.2.8',
      messages: 0,
      names: ['mx1.partner.example'],
      sends: 'no',
      refused: {},
      lastMs: startMs + 1000,
    },
    {client: '192.0.2.7', messages: 1, names: [], sends: 'yes', refused: {}, lastMs: startMs},
  ]);
});

test('the mail that was refused: unknown users, whose line names no client, and rule sets', () => {
  const {found} = seenIn(
    '6ALDmHko000032: <anna1@example.net>... User unknown',
    '6ALDmHko000032: <anna2@example.net>... User unknown',
    from('6ALDmHko000032', 'list@partner.example', '[192.0.2.7]', 0),
    '6ALDmHko000033: ruleset=check_mail, arg1=<anna@partner.example>, relay=mx.other.example [192.0.2.9], reject=553 5.1.8 <anna@partner.example>... Domain of sender address anna@partner.example does not exist',
  );
  expect(found).toMatchObject([
    {client: '192.0.2.9', refused: {senderRefused: 1}, sends: 'yes', lastRefusedMs: startMs + 3000},
    {client: '192.0.2.7', refused: {unknownRecipient: 2}, messages: 0, sends: 'yes'},
  ]);
});

test('text of a client makes no other address a part of the host', () => {
  const {found} = seenIn(
    from('6ALDmHko000032', '"mx.partner.example [192.0.2.99]"@x.example', '[192.0.2.66]', 1),
    '6ALDmHko000033: ruleset=check_rcpt, arg1=<"x, relay=mx.partner.example [192.0.2.99]"@x.example>, relay=[192.0.2.66], reject=550 5.7.1 <x>... Relaying denied',
  );
  expect(found.map(({client}) => client)).not.toContain('192.0.2.99');
});

test('the refusals of each client are remembered, within a bound', () => {
  const seen = seenIn(
    '6ALDmHko000033: ruleset=check_rcpt, arg1=<x@elsewhere.example>, relay=[192.0.2.66], reject=550 5.7.1 <x@elsewhere.example>... Relaying denied',
  );
  expect(seen.found).toEqual([]);
  expect(seen.of('192.0.2.66')).toMatchObject({refused: {relayDenied: 1}});
});
