/**
 * The clients of the traffic by number, as sendmail writes them, and the names that they ask for. Every
 * address is reserved for documentation or benchmarks (RFC 5737, 3849, 2544).
 */
import type {Random} from './random.js';

const firstNames = (
  'anna bernd carla david elena frank greta henry irene james karin lukas maria nadia oscar paula ' +
  'quinn ralph sofia thomas ursula victor wanda xaver yvonne zoe info sales admin office contact ' +
  'support billing jobs press web hr it service shop mail news test team help order marketing'
).split(' ');

/** Addresses in 198.18.0.0/15. A count: guessers beyond it have IPv6 only. */
const benchmarkAddresses = 131_072;

/**
 * The guesser of this number. No two share an address or an IPv6 /64. The text is as sendmail writes it:
 * IPv6 is written out, and `(may be forged)` follows a name that does not resolve back.
 */
export function guesser(index: number, random: Random): string {
  const isIpv6 = index % 3 === 2 || index >= benchmarkAddresses;
  const address = isIpv6
    ? `IPv6:2001:db8:${(index >>> 16).toString(16)}:${(index & 0xffff).toString(16)}:0:0:0:19`
    : `198.${String(18 + (index >>> 16))}.${String((index >>> 8) & 255)}.${String(index & 255)}`;
  if (random.chance(70)) return `[${address}]`;
  const forged = random.chance(20) ? ' (may be forged)' : '';
  return `host-${String(index)}.dyn.example.com [${address}]${forged}`;
}

/** One of about 1500 honest servers and users. */
export function honestClient(random: Random): string {
  const last = random.below(254) + 1;
  switch (random.below(6)) {
    case 0:
      return `[203.0.113.${String(last)}]`;
    case 1:
      return `mx${String(last)}.example.org [203.0.113.${String(last)}]`;
    case 2:
      return `smtp-out${String(last)}.example.com [198.51.100.${String(last)}]`;
    case 3:
      return `dsl-${String(last)}.example.org [192.0.2.${String(last)}]`;
    case 4:
      return `mail.example.org [IPv6:2001:db8:ffff:${last.toString(16)}:0:0:0:25]`;
    default:
      return `[IPv6:2001:db8:ffff:${last.toString(16)}:0:0:0:2]`;
  }
}

export const userName = (random: Random): string => random.of(firstNames);

/** The name of this number in a guesser's list. */
export function guessedName(index: number): string {
  const round = Math.floor(index / firstNames.length);
  const name = firstNames[index % firstNames.length] ?? '';
  return round === 0 ? name : `${name}${String(round)}`;
}
