/** Which mailer processes count as stuck, and when to look for them. */
import {duration, schedule} from '../kinds/scalars.js';
import {setting} from './setting.js';

export const sessions = {
  maxRuntimeCmdRead: setting(
    duration('0s', '7d'),
    86_400,
    'End a sendmail process that is this old and waits in `cmd read`, however busy it is: a mailer may keep a connection open and work in it for hours; 0: never because of its age.',
  ),
  idleCmdRead: setting(
    duration('0s', '7d'),
    600,
    'End a sendmail process that waits in `cmd read` and whose connection moved no data for this long. RFC 5321 (4.5.3.2.7) asks for five minutes, sendmail itself waits an hour; 0: never because of that.',
  ),
  reapSchedule: setting(schedule, '*/5 * * * *', 'When to look for such processes.'),
} as const;
