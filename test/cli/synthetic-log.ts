/**
 * Logs as sendmail writes them, made at random: whole sessions of guessers, of honest clients and of
 * users who log in, at LogLevel 9, 10 and 14. Names are few, so one that takes mail is refused later,
 * and mail of our own users goes to hosts that also ask for names.
 */
import fc from 'fast-check';

const startMs = Date.UTC(2026, 10, 20, 6);

interface Written {
  readonly atMs: number;
  readonly host: string;
  readonly tag: string;
  readonly message: string;
}

const envelope = fc.record({
  gapMs: fc.integer({min: 1, max: 30_000}),
  /** Names asked for that do not exist, by number: few, so that some come again. */
  unknown: fc.array(fc.nat(12), {maxLength: 5}),
  accepted: fc.nat(3),
  hasMessage: fc.boolean(),
  delivery: fc.constantFrom('sent', 'sent', 'sentOn', 'undeliverable', 'deferred', 'none'),
  deliveryMs: fc.integer({min: 0, max: 600_000}),
  sender: fc.constantFrom('<a@example.org>', '<a@example.org>', '<b@example.net>', '<>'),
  /** Where mail of our own users goes: to a client, or to a host that is none. */
  nextHost: fc.constantFrom('[192.0.2.30]', '[203.0.113.7]', 'host.example [203.0.113.8]'),
  /** Without one its process was ended, or the line is lost. */
  end: fc.constantFrom('told', 'told', 'told', 'told', 'missing'),
  more: fc.constantFrom('none', 'relayDenied', 'split', 'vrfy', 'refused', 'flood', 'listed'),
});

const session = fc.record({
  beginMs: fc.nat(5 * 3_600_000),
  client: fc.constantFrom(
    '[203.0.113.7]',
    'host.example [203.0.113.8] (may be forged)',
    'from.example [203.0.113.9]',
    '[IPv6:2001:db8:0:0:0:0:0:7]',
    'six.example [IPv6:2001:db8::8]',
    'IDENT:x198.51.100.66@[203.0.113.10]',
  ),
  host: fc.constantFrom('relay', 'relay', 'mx2'),
  isSecure: fc.boolean(),
  isLoggedIn: fc.boolean(),
  parting: fc.constantFrom('none', 'lost', 'noCommands'),
  envelopes: fc.array(envelope, {minLength: 1, maxLength: 4}),
});

type Envelope = typeof envelope extends fc.Arbitrary<infer Value> ? Value : never;
type Session = typeof session extends fc.Arbitrary<infer Value> ? Value : never;

const other = fc.record({
  beginMs: fc.nat(5 * 3_600_000),
  tag: fc.constantFrom('sshd[7]', 'sm-msp-queue[8]', 'dovecot'),
  message: fc.constantFrom('x', 'sm-mta[1]: <a@b>... User unknown', ' sm-mta[9]: x'),
});

function linesOfEnvelope(id: string, client: string, one: Envelope): string[] {
  const refusal = (reject: string): string =>
    `ruleset=check_rcpt, arg1=<x@elsewhere.example>, relay=${client}, reject=${reject}`;
  const denied = refusal('550 5.7.1 <x@elsewhere.example>... Relaying denied');
  const more: Record<Envelope['more'], string[]> = {
    none: [],
    relayDenied: [`${id}: ${denied}`],
    split: [`${id}[1]: ${denied.slice(0, 60)} ...`, `${id}[2]: ${denied.slice(60)}`],
    vrfy: [`${id}: ${client}: VRFY name${one.accepted} [198.51.100.66]`],
    refused: [`${id}: ${refusal('450 4.7.1 <x@elsewhere.example>... Try again later')}`],
    flood: [`${id}: ${client}: Possible SMTP RCPT flood, throttling.`],
    listed: [
      `${id}: ruleset=check_rcpt, arg1=<gone@example.net>, relay=${client}, reject=550 5.1.1 <gone@example.net>... User unknown`,
    ],
  };
  const size = one.hasMessage && one.accepted > 0 ? 400 : 0;
  const from = `from=${one.sender}, size=${size}, class=0, nrcpts=${one.accepted}`;
  const messageId = size === 0 ? '' : `, msgid=<${id}@example.org>`;
  return [
    ...one.unknown.map((name) => `${id}: <name${name}@example.net>... User unknown`),
    ...more[one.more],
    ...(one.end === 'missing'
      ? []
      : [`${id}: ${from}${messageId}, proto=ESMTP, daemon=MTA, relay=${client}`]),
  ];
}

function deliveryOf(id: string, one: Envelope): string[] {
  const {delivery, accepted, hasMessage, nextHost} = one;
  if (accepted === 0 || !hasMessage || delivery === 'none') return [];
  const next = `mailer=esmtp, pri=60017, relay=${nextHost} ${nextHost}`;
  const delays = 'delay=00:00:01, xdelay=00:00:01';
  const names = Array.from({length: accepted}, (_, i) => `<name${i}@example.net>`).join(',');
  const said = {
    sent: [`${names}, ${delays}, mailer=local, pri=60017, dsn=2.0.0, stat=Sent`],
    sentOn: [`<x@next.example>, ${delays}, ${next}, dsn=2.0.0, stat=Sent (2.0.0 taken)`],
    undeliverable: [
      `<ghost@next.example>, ${delays}, ${next}, dsn=5.1.1, stat=User unknown (550 5.1.1 no such user)`,
    ],
    deferred: [
      `${names}, ${delays}, ${next}, dsn=4.0.0, stat=Deferred: Connection refused`,
      `${names}, ${delays}, ${next}, dsn=2.0.0, stat=Sent (ok)`,
    ],
  };
  return said[delivery].map((each) => `${id}: to=${each}`);
}

function linesOfSession(one: Session, index: number, level: number): Written[] {
  const {client, host, isSecure, isLoggedIn, parting, envelopes} = one;
  const pid = String(100_000 + index);
  const written: Written[] = [];
  let atMs = startMs + one.beginMs;
  const say = (message: string, at = atMs, by = pid): void =>
    void written.push({atMs: at, host, tag: `sm-mta[${by}]`, message});
  if (level >= 10) say(`NOQUEUE: connect from ${client}`);
  if (isSecure) say(`STARTTLS=server, relay=${client}, version=TLSv1.3, verify=NO, bits=256/256`);
  if (isLoggedIn) say(`AUTH=server, relay=${client}, authid=anna, mech=PLAIN, bits=0`);
  for (const [i, each] of envelopes.entries()) {
    const id = `6AK${String.fromCharCode(65 + i)}aaaa${pid}`;
    for (const message of linesOfEnvelope(id, client, each)) {
      // The pieces of a message are written at once.
      if (!/\[2\]: /.test(message)) atMs += each.gapMs;
      if (level >= 14) say(`${id}: <-- RCPT TO:<x@example.net>... User unknown`);
      say(message);
    }
    for (const message of deliveryOf(id, each)) say(message, atMs + each.deliveryMs, `9${pid}`);
  }
  const rest = `6AKZaaaa${pid}`;
  if (parting === 'lost') say(`${rest}: lost input channel from ${client} to MTA after rcpt`);
  if (parting === 'noCommands') {
    say(`${rest}: ${client} did not issue MAIL/EXPN/VRFY/ETRN during connection to MTA`);
  }
  return written;
}

const stampOf = {
  rfc3339: (ms: number) => new Date(ms).toISOString().replace('Z', '000+00:00'),
  zulu: (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`,
};

export const syntheticLog: fc.Arbitrary<string> = fc
  .record({
    sessions: fc.array(session, {minLength: 1, maxLength: 25}),
    others: fc.array(other, {maxLength: 10}),
    level: fc.constantFrom(9, 10, 14),
    stamp: fc.constantFrom('rfc3339', 'zulu'),
  })
  .map(({sessions, others, level, stamp}) => {
    const written = [
      ...sessions.flatMap((one, index) => linesOfSession(one, index, level)),
      ...others.map(({beginMs, tag, message}) => ({
        atMs: startMs + beginMs,
        host: 'relay',
        tag,
        message,
      })),
    ].sort((a, b) => a.atMs - b.atMs);
    return written
      .map(({atMs, host, tag, message}) => `${stampOf[stamp](atMs)} ${host} ${tag}: ${message}\n`)
      .join('');
  });
