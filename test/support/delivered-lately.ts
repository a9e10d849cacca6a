/** For relays that a test begins with, and that are not to be on their first day. */

/**
 * A rotated log that tells of mail two days ago. With it beside the log a daemon has learnt at its first
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
