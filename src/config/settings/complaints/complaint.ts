/** Whether complaints go to those who can end an attack, from whom, when, and how many. */
import {duration, number, choice, optionalPath, text} from '../../kinds/scalars.js';
import {setting} from '../setting.js';

/** A mailbox that is read. Without `+`, which the envelope sender has for itself; no address that nobody reads. */
const sender =
  /^(?:(?!(?:no-?reply|do-?not-?reply|devnull|null|nobody)@)[A-Za-z0-9](?:[A-Za-z0-9._-]{0,18}[A-Za-z0-9])?@(?=.{3,200}$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+)?$/i;

export const complaint = {
  complaints: setting(
    choice('off', 'preview', 'ask', 'send'),
    'off',
    'Complaints to those who can end an attack, about clients that were blocked: none; only shown by `blocksmtp complain`; sent when you say so; or sent by themselves, after they were shown on 7 days.',
  ),
  complaintFrom: setting(
    text(
      sender,
      'a mailbox that somebody reads, such as abuse@example.org, with at most 20 characters before the @, none of them +; never noreply',
      'ADDRESS',
    ),
    '',
    'The sender of complaints, to which answers come; it must be set before anything is sent.',
  ),
  complaintAfter: setting(
    number(1, 100, 'whole', 'BLOCKS'),
    2,
    'Complain of a client with its so many-th block: desks drop single events.',
  ),
  complaintClients: setting(
    number(1, 1000, 'whole', 'CLIENTS'),
    3,
    'Or when so many clients of one network were blocked within 24 hours.',
  ),
  complaintDelay: setting(
    duration('1s', '1d'),
    1800,
    'Wait so long after a block, so that one that you lift by hand leads to no complaint.',
  ),
  complaintsPerDay: setting(
    number(1, 1000, 'whole', 'MAILS'),
    50,
    'Mails with complaints in 24 hours, at most: an error must stay small.',
  ),
  complaintLetters: setting(
    optionalPath,
    '',
    'Folder with letters of your own, text files with named fields; empty: those that are built in.',
  ),
} as const;
