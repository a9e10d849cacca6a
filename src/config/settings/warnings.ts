/** How often blocksmtp warns, by which ways, and when it mails the report. */
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
    'At most one warning in this time for each program and destination.',
  ),
  warnMail: setting(
    optionalMailbox,
    '',
    'Also send warnings to this mail address, through the mailer at port 25 of this machine; empty: to nobody.',
  ),
  warnCommand: setting(
    optionalPath,
    '',
    'Run this program for each warning, with the warning as JSON on its standard input; empty: none.',
  ),
  mailActionCommand: setting(
    optionalPath,
    '',
    'Run this program for each sender that outgoing_mail warns about, with the warning as JSON on its standard input. Suspending an account is the task of your site; empty: none.',
  ),
  warnWebhook: setting(
    text(
      /^(?:https?:\/\/[^\s\0]{1,2000})?$/,
      'an address that begins with http:// or https://',
      'URL',
    ),
    '',
    'Send each warning to this URL as JSON (POST); empty: to none.',
  ),
  warnUser: setting(
    text(/^(?:auto|[a-z_][a-z0-9_.-]{0,31})?$/, 'a user name, or auto', 'USER'),
    '',
    'Show warnings on the desktop of this user, who may end the program there. auto: the user who sits at the machine; empty: nobody.',
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
