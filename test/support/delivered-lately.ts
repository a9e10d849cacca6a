/** For tests whose relay must not be on its first day. */

/**
 * A rotated log with mail from two days ago. A daemon that finds it beside the log learns from it at its first
 * start, and judges as on any later day.
 */
export function deliveredLately(): string {
  const at = new Date(Date.now() - 2 * 86_400_000).toISOString();
  const head = `${at} relay sm-mta[7]: 6A00000a000007:`;
  return [
    `${head} from=<a@example.org>, size=500, class=0, nrcpts=1, proto=ESMTP, daemon=MTA-v4, relay=[192.0.2.250]`,
    `${head} to=<formerly@example.net>, delay=00:00:00, mailer=local, pri=30500, dsn=2.0.0, stat=Sent`,
    '',
  ].join('\n');
}
