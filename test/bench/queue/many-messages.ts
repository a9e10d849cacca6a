/**
 * Fills queues with messages as sendmail 8.18 writes them: a control file and a body each, with headers of web mail, of
 * lists and of spam from a script. The same number gives the same message. Decides nothing about what is measured.
 */
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

/** Names of the queues, as `QueueDirectory=…/q*` finds them. */
export const queueNames = ['q1', 'q2', 'q3'] as const;

/** One message in this many is spam from a script, with a `Received` of qmail below ours. */
const spamEach = 10;
/** One body in this many holds the word of the search. */
const wordEach = 500;

export const markers = {received: 'invoked by uid 99', body: 'buy cheap watches'} as const;

/** How many of these messages have each marker. */
export const marked = (messages: number): {received: number; body: number} => ({
  received: Math.ceil(messages / spamEach),
  body: Math.ceil(messages / wordEach),
});

/** When the first message came; one follows each second. Seconds since the epoch. */
const firstSeconds = 1_795_900_000;

const idOf = (number: number): string => `6ATFIh${String(number).padStart(8, '0')}`;

/** Headers of a DKIM signature, as long as real ones. */
const signature = Array.from(
  {length: 5},
  (_, at) => `\t${String.fromCharCode(65 + at).repeat(64)}`,
).join('\n');

export function controlText(number: number): string {
  const [id, user] = [idOf(number), `user${number % 400}`];
  const date = new Date((firstSeconds + number) * 1000).toUTCString();
  const isSpam = number % spamEach === 0;
  const peer = isSpam ? 'localhost [127.0.0.1]' : `mail${number % 97}.example.org [192.0.2.66]`;
  const own = [
    `H??Received: from ${isSpam ? 'relay.example.net (localhost' : `mail.example.org (${peer.slice(0, -13)}`} [${isSpam ? '127.0.0.1' : '192.0.2.66'}])`,
    `\tby relay.example.net (8.18.1/8.18.1/Debian-6) with ESMTP id ${id};`,
    `\t${date}`,
  ];
  const below = isSpam
    ? [
        'H??Received: (from www-data@localhost)',
        `\tby relay.example.net (8.18.1/8.18.1/Submit) id ${id};`,
        `\t${date}`,
        "H??X-PHP-Originating-Script: 33:mailer.php(12) : eval()'d code",
        `H??Received: (qmail ${number} ${markers.received}); ${date}`,
      ]
    : [
        'H??Received: from desk.example.org (desk.example.org [198.51.100.7])',
        `\tby mail.example.org (Postfix) with ESMTPSA id 4f${number};`,
        `\t${date}`,
        'H??DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=mail;',
        signature,
      ];
  return [
    ...[
      'V8',
      `T${firstSeconds + number}`,
      `K${firstSeconds + number + 60}`,
      `N${1 + (number % 9)}`,
    ],
    ...['P90509', 'I0/41/71', `MDeferred: Connection timed out with mx${number % 50}.example.com.`],
    ...['Fs', `$_${peer}`, '$rESMTP', `$s${isSpam ? 'relay.example.net' : 'mail.example.org'}`],
    ...['${daemon_flags}', '${if_addr}192.0.2.1', `S<${user}@example.org>`],
    ...[`rRFC822; to${number}@example.com`, `RPFD:<to${number}@example.com>`],
    'H?P?Return-Path: <\x81g>',
    ...own,
    ...below,
    `H??Message-Id: <${number}.${user}@example.org>`,
    `H??Date: ${date}`,
    `H??From: "A person ${number}" <${user}@example.org>`,
    `H??To: <to${number}@example.com>`,
    `H??Subject: A letter about number ${number}, and some more words`,
    ...['H??MIME-Version: 1.0', 'H??Content-Type: text/plain; charset=utf-8'],
    ...['H??Content-Transfer-Encoding: 8bit', 'H??User-Agent: A program/1.0', '.', ''],
  ].join('\n');
}

const bodyText = (number: number): string =>
  `${'A line of a letter, neither long nor short.\n'.repeat(30)}${number % wordEach === 0 ? markers.body : 'Regards'}\n`;

/** @param folder in which the queues are made */
export function makeMessages(folder: string, messages: number): void {
  for (const name of queueNames) mkdirSync(join(folder, name), {mode: 0o750});
  for (let number = 0; number < messages; number++) {
    const queue = join(folder, queueNames[number % queueNames.length]!);
    writeFileSync(join(queue, `qf${idOf(number)}`), controlText(number), {
      encoding: 'latin1',
      mode: 0o640,
    });
    writeFileSync(join(queue, `df${idOf(number)}`), bodyText(number), {mode: 0o640});
  }
}
