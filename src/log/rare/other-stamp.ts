/**
 * Rewrites rare stamps into a form that `log/stamp.ts` reads:
 *
 *     Sat Nov 21 09:05:07 2026            ctime(3), with the zone in front of the year or not
 *     Sat Nov 21 09:05:07                 the same without the year
 *     Nov 21 2026 09:05:07                Cisco, and some templates
 *     Nov 1 09:05:07                      a day of one digit that is not padded
 *     Nov 21 09:05:07 UTC                 a zone behind it, `+01:00` too
 *     2026/11/21 09:05:07                 and `2026-11-21 09:05:07 +0100`, `2026-11-21T09:05:07 UTC`
 *     2026-11-21_09:05:07.12345           svlogd -tt: UTC
 *
 * Used only if nothing else could be parsed: the word after a usual stamp may be a host name.
 */

interface OtherStamp {
  /** Its length. Characters. */
  readonly length: number;
  /** The stamp in its usual form. */
  readonly usual: string;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const month = `(?<month>${months.join('|')})`;
const day = '(?<day>[ \\d]\\d|\\d)';
const time = '(?<time>\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?)';
const year = '(?<year>19[7-9]\\d|2\\d{3})';
const zone = '(?:Z|[A-Z]{2,5}|[+-]\\d\\d(?::?\\d\\d)?)';

const shapes = [
  `(?:[A-Z][a-z]{2} )?${month} ${day} ${time}(?: (?<zone>${zone}))? ${year}`,
  `${month} ${day} ${year} ${time}`,
  `(?:[A-Z][a-z]{2} )?${month} ${day} ${time}(?: ?(?<zone>${zone}))?`,
  `${year}[/-](?<number>\\d\\d)[/-](?<day>\\d\\d)(?<joint>[Tt _])${time}(?: ?(?<zone>${zone}))?`,
].map((source) => new RegExp(`^${source}(?= )`));

/** The length of the longest, including the blank after it. Characters. */
const longest = 64;

/** @param referenceMs a time not before the line was written; ms since the epoch */
export function readOtherStamp(
  text: string,
  at: number,
  referenceMs: number,
): OtherStamp | undefined {
  const head = text.slice(at, at + longest);
  for (const shape of shapes) {
    const match = shape.exec(head);
    if (match !== null) return {length: match[0].length, usual: usual(match.groups!, referenceMs)};
  }
  return undefined;
}

type Parts = Readonly<Record<string, string | undefined>>;

function usual(parts: Parts, referenceMs: number): string {
  const {month = '', day = '', time = '', number, joint, zone = '', year} = parts;
  const east = joint === '_' ? 'Z' : zoneOf(zone);
  const padded = day.trim().padStart(2, '0');
  if (year === undefined && east === '') return `${month} ${padded} ${time}`;
  const monthNumber = number ?? String(months.indexOf(month) + 1).padStart(2, '0');
  const withYear = (year: string): string => `${year}-${monthNumber}-${padded}T${time}${east}`;
  return withYear(year ?? latestYear(withYear, referenceMs));
}

/** How far another host's clock may be ahead of ours. Ms: every time zone is within this. */
const clockSlackMs = 24 * 3_600_000;

/** The latest year in which the stamp is not ahead of the clock. */
function latestYear(withYear: (year: string) => string, referenceMs: number): string {
  const last = new Date(referenceMs + clockSlackMs).getUTCFullYear();
  const atMs = Date.parse(withYear(String(last)).replace(',', '.'));
  return String(atMs > referenceMs + clockSlackMs ? last - 1 : last);
}

/** @returns '' for an abbreviation, which is taken to be this machine's time zone */
function zoneOf(name: string): string {
  if (name === 'UTC' || name === 'GMT' || name === 'Z') return 'Z';
  const [, hours, minutes = '00'] = /^([+-]\d\d):?(\d\d)?$/.exec(name) ?? [];
  return hours === undefined ? '' : `${hours}:${minutes}`;
}
