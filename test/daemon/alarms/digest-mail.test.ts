/** The digest goes to a mailer that listens: at a slot, once after one that was missed, and to nobody without an address. */
import {afterEach, expect, test} from '@jest/globals';
import {Table} from '../../../src/base/mechanisms/table.js';
import {DigestMail} from '../../../src/daemon/alarms/digest-mail.js';
import {type DigestRow, noteDigest} from '../../../src/tally/digests.js';
import {overviewWith} from '../../overview/samples.js';
import {type SmtpServer, smtpServer} from '../../support/smtp-server.js';
import {until} from '../../support/temp.js';

const hour = 3_600_000;
/** A time at which no slot lies within hours. */
const nowMs = Date.UTC(2026, 10, 21, 12, 30);

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Made {
  readonly digest: DigestMail;
  readonly server: SmtpServer;
  readonly asked: number[];
  readonly said: string[];
}

async function make(
  rows: Table<DigestRow>,
  config: Partial<{digestMail: string; digestSchedule: string; dryRun: boolean}> = {},
): Promise<Made> {
  const server = await smtpServer();
  const [asked, said]: [number[], string[]] = [[], []];
  const digest = new DigestMail({
    config: {
      ...{digestMail: 'root@example.net', digestSchedule: '30 9 * * *', dryRun: false},
      ...config,
    },
    rows,
    say: (level, message) => void said.push(`${level} ${message}`),
    report: (seconds) => {
      asked.push(seconds);
      // The daemon saves before it answers: after a crash from here on this one does not go again.
      expect(sentOf(rows)).toBe(nowMs);
      return Promise.resolve({kind: 'report', report: overviewWith('anna.berg')});
    },
    onChange: () => undefined,
    ...{mailPort: server.port, now: () => nowMs},
  });
  closing.push(() => digest.stop(), server.close);
  return {digest, server, asked, said};
}

function sentAgo(ms: number): Table<DigestRow> {
  const rows = new Table<DigestRow>();
  noteDigest(rows, nowMs - ms);
  return rows;
}

const sentOf = (rows: Table<DigestRow>): number | undefined => [...rows.values()][0]?.sentMs;

test('a missed digest goes once, and covers the time since the last one', async () => {
  const rows = sentAgo(26 * hour);
  const {digest, server, asked, said} = await make(rows);
  await digest.lookBack();
  await digest.lookBack();
  await until('the mail', () => server.mails.length > 0);
  const again = await make(rows);
  await again.digest.lookBack();
  expect(asked).toEqual([26 * 3600]);
  expect(again.asked).toEqual([]);
  await until('the note', () => [...rows.values()][0]?.toldMs === nowMs);
  const [mail] = server.mails;
  expect(mail!.to).toBe('root@example.net');
  expect(mail!.text).toMatch(/^Subject: .*report: 1 likely false positive, 24 blocks since /m);
  expect(mail!.text).toMatch(/LIKELY FALSE POSITIVES[^]*192\.0\.2\.200[^]*OFFENDERS/);
  expect(said).toEqual([]);
});

test('a digest that the mailer refuses goes into the next one, and is not tried at each start', async () => {
  const rows = sentAgo(26 * hour);
  const {digest, server, asked, said} = await make(rows);
  server.replies = {RCPT: '450 4.2.1 later'};
  await digest.send();
  await until('the error', () => said.length > 0);
  expect(said).toEqual([expect.stringMatching(/^error warnings by digest_mail: .*450/)]);
  expect(asked).toEqual([26 * 3600]);
  expect([...rows.values()]).toEqual([{sentMs: nowMs, toldMs: nowMs - 26 * hour}]);
  const failed = new Table([['digest', {sentMs: nowMs - 5 * hour, toldMs: nowMs - 30 * hour}]]);
  const later = new Date(nowMs + 6 * hour);
  const digestSchedule = `${later.getMinutes()} ${later.getHours()} * * *`;
  const again = await make(failed, {digestSchedule});
  await again.digest.lookBack();
  expect(again.asked).toEqual([]);
  await again.digest.send();
  expect(again.asked).toEqual([30 * 3600]);
});

test('a missed digest and one of a slot in the same moment are one', async () => {
  const {digest, asked} = await make(sentAgo(26 * hour));
  await Promise.all([digest.send(), digest.send()]);
  expect(asked).toHaveLength(1);
});

test('where no slot has passed a restart sends nothing, and the first start only notes the time', async () => {
  const rows = sentAgo(5 * hour);
  const later = new Date(nowMs + 6 * hour);
  const digestSchedule = `${later.getMinutes()} ${later.getHours()} * * *`;
  const {digest, asked} = await make(rows, {digestSchedule});
  await digest.lookBack();
  expect(asked).toEqual([]);
  const none = new Table<DigestRow>();
  const first = await make(none);
  await first.digest.lookBack();
  await first.digest.send();
  expect(first.asked).toEqual([]);
  expect(sentOf(none)).toBe(nowMs);
});

test('a slot while it runs sends one', async () => {
  const rows = sentAgo(24 * hour);
  const {server} = await make(rows, {digestSchedule: '* * * * * *'});
  await until('the mail', () => server.mails.length > 0);
  expect(server.mails).toHaveLength(1);
  expect(sentOf(rows)).toBe(nowMs);
});

test.each([{digestMail: ''}, {dryRun: true}])('nothing goes with %j', async (config) => {
  const rows = sentAgo(26 * hour);
  const {digest, asked, server} = await make(rows, {...config, digestSchedule: '* * * * * *'});
  await digest.lookBack();
  expect(asked).toEqual([]);
  expect(server.mails).toEqual([]);
});
