/** What the daemon does about senders whose mail leaves through the mailer. */
import {list} from '../kinds/lists.js';
import {choice, number} from '../kinds/scalars.js';
import {setting} from './setting.js';

/**
 * `uid:list`, `uid:1001=2000`, `auth:news@example.org=5000`, `host:192.0.2.0/24`. No commas, which separate the
 * entries.
 */
const exempt =
  /^(?:uid:(?:[a-z_][a-z0-9_.-]{0,31}\$?|Debian-[a-z-]{1,24}|\d{1,10})|auth:[^\s,=]{1,100}|host:[0-9A-Fa-f.:]{2,45}(?:\/\d{1,3})?)(?:=[1-9]\d{0,5})?$/;

export const submission = {
  outgoingMail: setting(
    choice('off', 'observe', 'warn', 'quarantine'),
    'observe',
    'What the daemon does about a login, a local user or a host of ours that sends too much through the mailer. off: nothing; observe: it counts the mail; warn: it also warns you; quarantine: sendmail also quarantines the waiting mail until you release it.',
  ),
  mailPerHour: setting(
    number(1, 1_000_000, 'whole', 'RECIPIENTS'),
    300,
    'Recipients that one sender may have in 60 minutes.',
  ),
  mailPerDay: setting(
    number(1, 10_000_000, 'whole', 'RECIPIENTS'),
    2000,
    'Recipients that one sender may have in a day.',
  ),
  rcptPerMessage: setting(
    number(1, 1_000_000, 'whole', 'RECIPIENTS'),
    500,
    'Recipients that a single message may have.',
  ),
  mailQueueAlarm: setting(
    number(1, 1_000_000, 'whole', 'MESSAGES'),
    2000,
    'Messages that may wait in the queues of the mailer before the queue is too long. A relay whose queue is often long has twice its usual length as the limit, if that is more.',
  ),
  mailExempt: setting(
    list(
      exempt,
      64,
      'senders as uid:USER, auth:NAME or host:NETWORK, each with =RECIPIENTS an hour or without a limit',
      'SENDERS',
    ),
    [],
    'Senders with a limit of their own, such as a mailing list, or with none; and hosts whose mail is ours although their address is public.',
  ),
} as const;
