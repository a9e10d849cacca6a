/**
 * Reads the time at the end of a `Received` header (RFC 5322 section 3.3). Our own mailer writes it
 * with a number for the zone. Knows no other form: a header with another one is not ours.
 */

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `; Sun, 29 Nov 2026 15:18:43 GMT`, `; Sun, 29 Nov 2026 16:18:43 +0100 (CET)`. */
const atEnd =
  /; (?:[A-Z][a-z]{2}, )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) (?:GMT|([+-])(\d{2})(\d{2})(?: \([^()]{0,40}\))?)$/;

/**
 * @param value on one line
 * @returns ms since the epoch; undefined if the header does not end with such a time
 */
export function receivedMs(value: string): number | undefined {
  const [, day, name = '', year, hour, minute, second, sign, zoneHours, zoneMinutes] =
    atEnd.exec(value.trimEnd().slice(-200)) ?? [];
  const month = months.indexOf(name);
  if (day === undefined || month < 0 || Number(day) < 1 || Number(day) > 31) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined;
  const eastMinutes = Number(zoneHours ?? 0) * 60 + Number(zoneMinutes ?? 0);
  const utcMs = Date.UTC(
    Number(year),
    month,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  return utcMs - (sign === '-' ? -eastMinutes : eastMinutes) * 60_000;
}
