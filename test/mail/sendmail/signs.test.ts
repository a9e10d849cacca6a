/** No text of a client's makes the guard hold a sign against anybody else, however often it comes. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {Guard} from '../../../src/guard/guard.js';
import type {Outcome} from '../../../src/guard/outcome.js';
import {emptyState} from '../../../src/guard/state.js';
import {parseSyslog} from '../../log/parse-syslog.js';
import {parseWhitelist} from '../../../src/net/whitelist.js';
import {Exemptions} from '../../../src/score/exempt.js';
import {settings} from '../../score/samples.js';

const nobody = new Exemptions(parseWhitelist('none', ''), undefined, []);
const readMs = Date.UTC(2026, 10, 21, 13);

/** What comes of these messages of one process, in one envelope unless they have an id of their own. */
function outcomesOf(messages: readonly string[]): Outcome[] {
  const guard = new Guard(settings, emptyState());
  return messages.flatMap((message) => {
    const text = `2026-11-21T12:00:00+00:00 relay sm-mta[152]: 6ALC00aa000152: ${message}`;
    const record = parseSyslog(text, readMs);
    if (record === undefined) throw new Error(text);
    return guard.take(record, readMs, nobody, () => undefined);
  });
}

const held = (outcomes: readonly Outcome[]): string[] =>
  outcomes.flatMap((o) => (o.kind === 'counted' ? [o.evidence.client.text] : []));

/** As sendmail shows a text in front of an error: libsm shortenstring(), 203 characters. */
const shown = (text: string): string =>
  text.length <= 203 ? text : `${text.slice(0, 100)}...${text.slice(-100)}`;

const signs = [
  ': VRFY root',
  ': eXpN root',
  ': probable open proxy: command=GET /',
  ' did not issue MAIL/EXPN/VRFY/ETRN during connection to M',
  ': ETRN x',
];
const victims = ['[198.51.100.66]', '[IPv6:2001:db8:bad::66]'];

describe('a command that sendmail cannot cut into words (parseaddr.c prescan())', () => {
  const errors = ['prescan: token too long', 'prescan: too many tokens', 'Address too long'];
  const word = fc.oneof(fc.constant('a'), fc.constant('.'), fc.constant('a.'), fc.constant('x@'));

  test('holds nothing against the address in it', () => {
    const any = fc.tuple(
      word,
      fc.constantFrom(' ', '@', ''),
      fc.constantFrom(...victims),
      fc.constantFrom(...signs),
      fc.constantFrom(...errors),
    );
    fc.assert(
      fc.property(any, ([part, glue, victim, sign, error]) => {
        // Sendmail gives up only behind 256 characters, so there is no shorter one.
        const typed = `${part.repeat(300)}${glue}${victim}${sign}`;
        const lines = Array.from({length: 10}, (_, i) => `${shown(`${typed}${i}`)}... ${error}`);
        expect(held(outcomesOf(lines))).toEqual([]);
      }),
    );
  });

  test('gives the names asked for in the same envelope to nobody else', () => {
    const asked = Array.from({length: 10}, (_, i) => `<name${i}@example.net>... User unknown`);
    const line = `${shown(`${'a'.repeat(300)} [198.51.100.66]: VRFY root`)}... prescan: token too long`;
    const end =
      'from=<a@example.org>, size=0, class=0, nrcpts=0, proto=ESMTP, daemon=MTA, relay=[203.0.113.7]';
    const outcomes = outcomesOf([...asked, line, end]);
    expect(held(outcomes)).toEqual(Array<string>(10).fill('203.0.113.7'));
    expect(outcomes.at(-1)).toMatchObject({kind: 'block', block: {network: '203.0.113.7'}});
  });
});

describe('a client in front of a sign', () => {
  test.each([
    ['[203.0.113.7]', '203.0.113.7'],
    ['host.example [203.0.113.7]', '203.0.113.7'],
    ['host.example [203.0.113.7] (may be forged)', '203.0.113.7'],
    ['x[198.51.100.78].evil.example [203.0.113.7]', '203.0.113.7'],
    ['IDENT:x198.51.100.66@[203.0.113.7]', '203.0.113.7'],
    ['[IPv6:2001:db8:0:0:0:0:0:7]', '2001:db8::7'],
    [`${'h'.repeat(255)} [203.0.113.7]`, '203.0.113.7'],
  ])('%s', (client, address) => {
    expect(held(outcomesOf([`${client}: VRFY root`]))).toEqual([address]);
  });
});
