/** A client that is suspect is found again in whatever form sendmail, old or new, writes it. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import type {Address} from '../../src/net/address.js';
import {lineScan} from '../../src/scan/scanner.js';
import {address, addressesOf} from '../net/samples.js';
import {linesGiven} from './oracle.js';
import {sendmail} from '../../src/mail/sendmail/dialect.js';

const line = (client: string): string =>
  `Nov 21 11:51:44 relay sm-mta[41]: 6ALDmOTQ000041: from=<a@example.org>, size=9, class=0, nrcpts=1, proto=ESMTP, daemon=MTA, relay=${client}`;

function isGiven(suspect: Address | undefined, written: string): boolean {
  const scanner = lineScan(sendmail.scan, 'sm-mta', 'suspects');
  if (suspect !== undefined) scanner.suspect(suspect);
  return linesGiven(scanner, line(written), []).length === 1;
}

/** `2001:db8:0:0:0:0:0:7`, as sendmail has written it since 8.15. */
function uncompressed({value}: Address): string[] {
  const shifts = [112n, 96n, 80n, 64n, 48n, 32n, 16n, 0n];
  return shifts.map((shift) => ((value >> shift) & 0xffffn).toString(16));
}

/** Each row of zeros may be the one that is left out. */
function compressed(groups: readonly string[]): string[] {
  return groups.flatMap((_, from) =>
    groups.slice(from).flatMap((_each, more) => {
      const [left, out] = [groups.slice(0, from), groups.slice(from, from + more + 1)];
      const right = groups.slice(from + more + 1);
      return out.every((group) => group === '0') ? [`${left.join(':')}::${right.join(':')}`] : [];
    }),
  );
}

const around: readonly ((bracket: string) => string)[] = [
  (bracket) => bracket,
  (bracket) => `host.example ${bracket}`,
  (bracket) => `host.example ${bracket} (may be forged)`,
  (bracket) => `IDENT:x198.51.100.66@${bracket}`,
];

describe('LineScan.suspect()', () => {
  test('any IPv4 client', () => {
    fc.assert(
      fc.property(addressesOf(4), fc.constantFrom(...around), (client, form) => {
        expect(isGiven(client, form(`[${client.text}]`))).toBe(true);
      }),
    );
  });

  test('any IPv6 client: whole, every way of leaving zeros out, upper case, leading zeros', () => {
    fc.assert(
      fc.property(addressesOf(6), fc.constantFrom(...around), (client, form) => {
        const groups = uncompressed(client);
        const padded = groups.map((group) => group.padStart(4, '0')).join(':');
        const forms = [client.text, groups.join(':'), padded, ...compressed(groups)];
        for (const text of [...forms, ...forms.map((each) => each.toUpperCase())]) {
          expect(isGiven(client, form(`[IPv6:${text}]`))).toBe(true);
        }
      }),
      {numRuns: 40},
    );
  });

  test.each([
    '[IPv6:::ffff:203.0.113.7]',
    '[IPv6:0:0:0:0:0:ffff:cb00:7107]',
    '[IPv6:::FFFF:CB00:7107]',
  ])('an IPv4 client that is written %s', (written) => {
    expect(isGiven(address('203.0.113.7'), written)).toBe(true);
  });

  test.each(['[203.0.113.7]', 'host.example [203.0.113.7]', '[IPv6:2001:db8:0:0:0:0:0:7]'])(
    'the mail of %s is passed over as long as nothing speaks against it',
    (written) => {
      expect(isGiven(undefined, written)).toBe(false);
      expect(isGiven(address('203.0.113.8'), written)).toBe(false);
      expect(isGiven(address('2001:db8::8'), written)).toBe(false);
    },
  );
});
