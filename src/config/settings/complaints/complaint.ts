/** Whether complaints go to abuse contacts, from which sender, when, and how many. */
import {duration, number, choice, optionalPath, text} from '../../kinds/scalars.js';
import {setting} from '../setting.js';

/**
 * A mailbox that somebody reads: typical no-reply names are refused. No `+`, because blocksmtp adds one to the
 * envelope sender.
 */
const sender =
  /^(?:(?!(?:no-?reply|do-?not-?reply|devnull|null|nobody)@)[A-Za-z0-9](?:[A-Za-z0-9._-]{0,18}[A-Za-z0-9])?@(?=.{3,200}$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+)?$/i;

export const complaint = {
  complaints: setting(
    choice('off', 'preview', 'ask', 'send'),
    'off',
    'Complaints about blocked clients, to the abuse contacts of their networks. off: none; preview: `blocksmtp complain` shows them; ask: sent when you say so; send: sent without asking, after they were shown on 7 days.',
  ),
  complaintFrom: setting(
    text(
      sender,
      'a mailbox that somebody reads, such as abuse@example.org, with at most 20 characters before the @, none of them +; never noreply',
      'ADDRESS',
    ),
    '',
    'The sender of complaints, which gets the answers. Nothing is sent before you set it.',
  ),
  complaintAfter: setting(
    number(1, 100, 'whole', 'BLOCKS'),
    2,
    'Complain about a client at this many blocks: abuse desks drop single events.',
  ),
  complaintClients: setting(
    number(1, 1000, 'whole', 'CLIENTS'),
    3,
    'Or complain when this many clients of one network were blocked within 24 hours.',
  ),
  complaintDelay: setting(
    duration('1s', '1d'),
    1800,
    'Wait this long after a block. If you lift the block by hand meanwhile, no complaint goes out.',
  ),
  complaintsPerDay: setting(
    number(1, 1000, 'whole', 'MAILS'),
    50,
    'At most this many complaint mails in 24 hours, so that an error stays small.',
  ),
  complaintLetters: setting(
    optionalPath,
    '',
    'Folder with your own letter templates, text files with named fields; empty: the built-in ones.',
  ),
} as const;
