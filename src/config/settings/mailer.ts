/** The mailer that is guarded: where its log is, which lines in it are its own, and who is never blocked. */
import {logSources, programNames} from '../kinds/lists.js';
import {number, optionalAddress, path, text} from '../kinds/scalars.js';
import {setting} from './setting.js';

const hostName = text(/^[A-Za-z0-9._:-]{0,255}$/, 'a host name as the syslog writes it', 'NAME');

export const mailer = {
  whiteList: setting(
    path,
    '/etc/blocksmtp.whitelist',
    'File of networks that are never blocked, one a line; changes take effect within seconds.',
  ),
  syslogMsgsFile: setting(
    logSources,
    ['auto'],
    'The log of the mailer: files (`*` and `?` in the last part), `journal`, or several with commas between them; auto: /var/log/mail.log or maillog if somebody writes to it, else the journal, and the journal first where attribution is verified.',
  ),
  mailerIp: setting(
    optionalAddress,
    undefined,
    'Address of the mailer; it is never blocked. This machine never is either.',
  ),
  mailerPort: setting(
    number(1, 65_535, 'whole', 'PORT'),
    25,
    'The old word for `mailer_ports` with this port alone. Where it is not written, `mailer_ports` counts.',
  ),
  mailerSyslogHost: setting(
    hostName,
    '',
    "Only this host's lines in the log count; empty: every host's.",
  ),
  mailerSyslogName: setting(
    programNames,
    ['auto'],
    "Only this program's lines count, or those of several with commas between them; auto: of each name that distributions give to sendmail, such as sm-mta on Debian and sendmail elsewhere.",
  ),
} as const;
