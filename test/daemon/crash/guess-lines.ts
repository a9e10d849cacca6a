/**
 * What sendmail logs of a client that guesses names: the bare lines, which do not name the client,
 * and the `from=` line of the envelope, which does. Also of one that is named in each line.
 */
let envelopes = 0;

/** Of one envelope; the last line is the one that tells whose it was. */
export function guessLines(client: string, names: number, atMs: number): string {
  envelopes += 1;
  const pid = 900_000 + (envelopes % 100_000);
  const stamp = new Date(atMs).toISOString().replace('Z', '000+00:00');
  const start = `${stamp} relay.example sm-mta[${pid}]: 6ALBkk${serial(envelopes)}${pid}: `;
  const told = client.includes(':') ? `[IPv6:${client}]` : `[${client}]`;
  const guesses = Array.from(
    {length: names},
    (_, name) => `${start}<nobody${name}@example.net>... User unknown\n`,
  );
  const end = `from=<someone@example.org>, size=0, class=0, nrcpts=0, proto=ESMTP, daemon=MTA-v4, relay=${told}\n`;
  return [...guesses, start + end].join('');
}

/** The two characters of sendmail's that number the envelopes of a second. */
function serial(number: number): string {
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwx';
  return `${digits[Math.floor(number / 60) % 60] ?? ''}${digits[number % 60] ?? ''}`;
}
