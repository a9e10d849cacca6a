/** Control files as sendmail 8.18 wrote them, and messages made of them. */
import {type ControlFile, readControlFile} from '../../src/queue/control-file.js';
import {messageOf, type QueuedMessage, type QueuePlace} from '../../src/queue/message.js';

const head = (peer: string): string[] => [
  'V8',
  'T1795965523',
  'K1795965557',
  'N1',
  'P90509',
  'I0/41/71',
  'MDeferred: Connection refused by mx.example.com.',
  'Fs',
  `$_${peer}`,
  '$rESMTP',
  '$srelay.example.net',
  '${daemon_flags}',
  'S<spoof@example.org>',
];

const recipients = [
  'rRFC822; bob@example.net',
  'RPFD:<bob@example.net>',
  'Muser unknown elsewhere',
  'rRFC822; ext@example.com',
  'RPFD:<ext@example.com>',
];

const submitted = [
  'H?P?Return-Path: <\x81g>',
  'H??Received: from relay.example.net (localhost [127.0.0.1])',
  '\tby relay.example.net (8.18.1/8.18.1/Debian-6) with ESMTP id 6ATFIh0Y000204;',
  '\tSun, 29 Nov 2026 15:18:43 GMT',
  'H??Received: (from alice@localhost)',
  '\tby relay.example.net (8.18.1/8.18.1/Submit) id 6ATFIhta000203;',
  '\tSun, 29 Nov 2026 15:18:43 GMT',
  'H??From: forged@example.org',
  "H??X-PHP-Originating-Script: 33:evil.php(12) : eval()'d code",
  'H??Subject: cheap',
  '\tmeds',
  'H??Received: (qmail 123 invoked by uid 99); 1 Jan 2020',
];

const file = (lines: readonly string[]): string => `${lines.join('\n')}\n.\n`;

/** What alice handed to `sendmail -f`, in the queue of the relay. */
export const relayed = file([...head('localhost [127.0.0.1]'), ...recipients, ...submitted]);

/** Mail of a client, with a forged line of a submission on top of its own headers. */
export const ofClient = file([
  ...head('mail.example.org [192.0.2.66]'),
  ...recipients,
  ...submitted,
]);

export const withLogin = file([
  ...head('[192.0.2.103]'),
  '${auth_authen}anna@relay.example.net',
  ...recipients,
  'H??Subject: hello',
]);

export const ofLocal = file([...head('carol@localhost'), 'RPFD:bob@example.net', 'H??Subject: x']);

export const place: QueuePlace = {
  id: '6ATFIh0Y000204',
  directory: '/var/spool/mqueue/q1',
  queue: 'relay',
  state: 'waiting',
  bodyBytes: () => 14,
  bodyOwner: undefined,
};

const users = new Map([
  ['alice', 1000],
  ['carol', 1002],
]);

export const names = {
  uidOf: (name: string): number | undefined => users.get(name),
  nameOf: (uid: number): string => [...users].find(([, each]) => each === uid)?.[0] ?? String(uid),
};

export function control(text: string): ControlFile {
  const read = readControlFile(text);
  if (read.kind !== 'control') throw new Error(JSON.stringify(read));
  return read.control;
}

export const message = (text: string, more: Partial<QueuePlace> = {}): QueuedMessage =>
  messageOf(control(text), {...place, ...more}, names);
