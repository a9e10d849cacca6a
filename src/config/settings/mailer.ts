/**
 * The guarded mailer: where its log is, which lines in it are its own, and which clients are never
 * blocked.
 */
import {logSources, programNames} from '../kinds/lists.js';
import {number, optionalAddress, path, text} from '../kinds/scalars.js';
import {setting} from './setting.js';

const hostName = text(/^[A-Za-z0-9._:-]{0,255}$/, 'a host name as the syslog writes it', 'NAME');

export const mailer = {
  whiteList: setting(
    path,
    '/etc/blocksmtp.whitelist',
    'File with networks that are never blocked, one a line. Changes take effect within seconds.',
  ),
  syslogMsgsFile: setting(
    logSources,
    ['auto'],
    'The log of the mailer: files (`*` and `?` in the last part), `journal`, or several with commas between them. auto: /var/log/mail.log or maillog if some program writes to it, else the journal; with attribution = "verified" the journal first.',
  ),
  mailerIp: setting(
    optionalAddress,
    undefined,
    'Address of the mailer. blocksmtp never blocks it, and never blocks this machine.',
  ),
  mailerPort: setting(
    number(1, 65_535, 'whole', 'PORT'),
    25,
    'The old name for `mailer_ports` with this port alone. If it is not set, `mailer_ports` counts.',
  ),
  mailerSyslogHost: setting(
    hostName,
    '',
    "Only this host's lines in the log count; empty: every host's. Set it to this host's name as the log writes it where other hosts write into the same log: a short name means every host whose name begins with it, also `mail.example.org` for `mail`.",
  ),
  mailerSyslogName: setting(
    programNames,
    ['auto'],
    "Only this program's lines count, or those of several with commas between them. auto: every name that distributions give to sendmail, such as sm-mta on Debian and sendmail elsewhere.",
  ),
} as const;
