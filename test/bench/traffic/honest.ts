/**
 * Honest mail as sendmail 8.18 logs it at LogLevel 9, and lines of other programs in the same file. None
 * of these lines is evidence, so that what a program counts can be compared with the guesses alone.
 */
import {honestClient, userName} from './people.js';
import {type Desk, type Entry, mta, type Script} from './script.js';

type Maker = (desk: Desk, atMs: number) => Script;

/** Kinds of scripts, with the percentage of each. */
const shares: readonly (readonly [percent: number, make: Maker])[] = [
  [56, delivered],
  [13, submitted],
  [4, probe],
  [3, tooMany],
  [14, dovecot],
  [6, sshd],
  [4, cron],
];

const makers = shares.flatMap(([percent, make]) => Array<Maker>(percent).fill(make));

export function honest(desk: Desk, atMs: number): Script {
  return desk.random.of(makers)(desk, atMs);
}

/** Mail from outside to one, two or three local users. */
function delivered(desk: Desk, atMs: number): Script {
  const {random} = desk;
  const pid = desk.pid();
  const client = honestClient(random);
  const queueId = desk.stamps.queueId(atMs, pid);
  const recipients = 1 + (random.chance(20) ? random.below(3) : 0);
  const lines = random.chance(60) ? [startTls(pid, client)] : [];
  lines.push(mta(pid, acceptedEnvelope(desk, queueId, client, recipients)));
  const deliverer = desk.pid();
  for (let n = 0; n < recipients; n++) lines.push(sentLocally(desk, deliverer, queueId));
  return lines;
}

/** The `from=…` line of an envelope with accepted recipients. The client stands at its end (headers.c logsender()). */
export function acceptedEnvelope(
  {random}: Desk,
  queueId: string,
  client: string,
  recipients: number,
): string {
  const bytes = 900 + random.below(90_000);
  return (
    `${queueId}: from=<${userName(random)}@example.org>, size=${String(bytes)}, class=0, ` +
    `nrcpts=${String(recipients)}, msgid=<${String(random.below(1e9))}.${queueId}@example.org>, ` +
    `proto=ESMTP, daemon=MTA-v4, relay=${client}`
  );
}

export function sentLocally({random}: Desk, pid: number, queueId: string): Entry {
  const priority = 30_000 + random.below(90_000);
  return mta(
    pid,
    `${queueId}: to=<${userName(random)}@example.net>, delay=00:00:01, xdelay=00:00:00, ` +
      `mailer=local, pri=${String(priority)}, relay=local, dsn=2.1.5, stat=Sent`,
  );
}

/** A user of ours sends mail to another domain. */
function submitted(desk: Desk, atMs: number): Script {
  const {random} = desk;
  const pid = desk.pid();
  const client = honestClient(random);
  const queueId = desk.stamps.queueId(atMs, pid);
  const user = userName(random);
  return [
    startTls(pid, client),
    mta(pid, `AUTH=server, relay=${client}, authid=${user}, mech=PLAIN, bits=0`),
    mta(pid, acceptedEnvelope(desk, queueId, client, 1)),
    mta(
      desk.pid(),
      `${queueId}: to=<${userName(random)}@example.com>, delay=00:00:02, xdelay=00:00:01, ` +
        'mailer=esmtp, pri=120512, relay=mx.example.com. [203.0.113.25], dsn=2.0.0, ' +
        `stat=Sent (Ok: queued as ${queueId.slice(0, 8).toUpperCase()})`,
    ),
  ];
}

function startTls(pid: number, client: string): Entry {
  const cipher = 'TLS_AES_256_GCM_SHA384, bits=256/256';
  return mta(pid, `STARTTLS=server, relay=${client}, version=TLSv1.3, verify=NO, cipher=${cipher}`);
}

function probe(desk: Desk, atMs: number): Script {
  const pid = desk.pid();
  const client = honestClient(desk.random);
  const what = 'did not issue MAIL/EXPN/VRFY/ETRN during connection to MTA-v4';
  return [mta(pid, `${desk.stamps.queueId(atMs, pid)}: ${client} ${what}`)];
}

function tooMany(desk: Desk): Script {
  const client = honestClient(desk.random);
  const address = /\[(.*)\]/.exec(client)?.[1] ?? '';
  return [
    mta(
      desk.pid(),
      `ruleset=check_relay, arg1=[${address}], arg2=${address}, relay=${client}, ` +
        'reject=421 4.3.2 Connection rate limit exceeded.',
    ),
  ];
}

function dovecot({random}: Desk): Script {
  const user = userName(random);
  const id = String(random.below(900_000) + 100_000);
  const from = `203.0.113.${String(random.below(254) + 1)}`;
  return [
    `dovecot: imap-login: Login: user=<${user}>, method=PLAIN, rip=${from}, lip=192.0.2.1, mpid=${id}, TLS, session=<${id}kLq7${id}>`,
    `dovecot: imap(${user})<${id}><${id}kLq7${id}>: Disconnected: Logged out in=${String(random.below(9000))} out=${String(random.below(90_000))} deleted=0 expunged=0 trashed=0`,
  ].map(other);
}

function sshd({random}: Desk): Script {
  const tag = `sshd[${String(random.below(90_000) + 1000)}]`;
  const from = `198.51.100.${String(random.below(254) + 1)} port ${String(random.below(60_000) + 1024)}`;
  return [
    `${tag}: Failed password for invalid user ${userName(random)} from ${from} ssh2`,
    `${tag}: Connection closed by invalid user ${userName(random)} ${from} [preauth]`,
  ].map(other);
}

function cron({random}: Desk): Script {
  const tag = `CRON[${String(random.below(90_000) + 1000)}]`;
  return [
    `${tag}: pam_unix(cron:session): session opened for user root(uid=0) by root(uid=0)`,
    `${tag}: (root) CMD (command -v debian-sa1 > /dev/null && debian-sa1 1 1)`,
    `${tag}: pam_unix(cron:session): session closed for user root`,
  ].map(other);
}

const other = (text: string): Entry => ({text, role: 'other'});
