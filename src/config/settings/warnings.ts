/** How often blocksmtp warns, and by which ways. */
import {duration, optionalPath, text} from '../kinds/scalars.js';
import {setting} from './setting.js';

export const warnings = {
  warnInterval: setting(
    duration('1s', '7d'),
    3600,
    'At most one warning in this time for each program and destination.',
  ),
  warnMail: setting(
    text(/^(?:[A-Za-z0-9._+-]{1,64}(?:@[A-Za-z0-9.-]{1,253})?)?$/, 'a mail address', 'ADDRESS'),
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
} as const;
