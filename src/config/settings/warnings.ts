/** How often a warning is given, which ways it goes, and when the report is mailed. */
import {duration, optionalPath, schedule, text} from '../kinds/scalars.js';
import {setting} from './setting.js';

const optionalMailbox = text(
  /^(?:[A-Za-z0-9._+-]{1,64}(?:@[A-Za-z0-9.-]{1,253})?)?$/,
  'a mail address',
  'ADDRESS',
);

export const warnings = {
  warnInterval: setting(
    duration('1s', '7d'),
    3600,
    'One warning in so long for each program and destination.',
  ),
  warnMail: setting(
    optionalMailbox,
    '',
    'Send warnings to this address too, through the mailer at port 25 of this machine; empty: to nobody.',
  ),
  warnCommand: setting(
    optionalPath,
    '',
    'Run this program for each warning, which it reads as JSON; empty: none.',
  ),
  mailActionCommand: setting(
    optionalPath,
    '',
    'Run this program for each sender that is warned of (outgoing_mail), which it reads as JSON: to suspend an account is for the site to do; empty: none.',
  ),
  warnWebhook: setting(
    text(
      /^(?:https?:\/\/[^\s\0]{1,2000})?$/,
      'an address that begins with http:// or https://',
      'URL',
    ),
    '',
    'Send each warning to this address as JSON (POST); empty: to none.',
  ),
  warnUser: setting(
    text(/^(?:auto|[a-z_][a-z0-9_.-]{0,31})?$/, 'a user name, or auto', 'USER'),
    '',
    'Show warnings on the desktop of this user, who may end the program there; auto: of the user who sits at the machine; empty: of nobody.',
  ),
  digestMail: setting(
    optionalMailbox,
    '',
    'Mail the report to this address at each time of digest_schedule; empty: to nobody.',
  ),
  digestSchedule: setting(
    schedule,
    '0 7 * * *',
    "When to mail the report: each day at seven; '0 7 * * 1' is each Monday. It tells of the time since the one before; two are three hours apart at least.",
  ),
} as const;
