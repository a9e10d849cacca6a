/** How much the daemon logs, and where. */
import {number, onOff, optionalPath} from '../kinds/scalars.js';
import {setting} from './setting.js';

export const ownLog = {
  debug: setting(
    number(0, 4, 'whole', 'LEVEL'),
    2,
    'How much the daemon logs: 0 errors, 1 warnings, 2 decisions, 3 evidence, 4 the log line that tied the evidence to its client.',
  ),
  debugToSyslog: setting(onOff, false, 'Also log to syslog (facility daemon).'),
  logFile: setting(optionalPath, '', 'Also log to this file; empty: to none.'),
} as const;
