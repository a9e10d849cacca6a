/** What the daemon says of its own work, and where to. */
import {number, onOff, optionalPath} from '../kinds/scalars.js';
import {setting} from './setting.js';

export const ownLog = {
  debug: setting(
    number(0, 4, 'whole', 'LEVEL'),
    2,
    'How much is said: 0 errors, 1 warnings, 2 decisions, 3 evidence, 4 the log line that tied it to its client.',
  ),
  debugToSyslog: setting(onOff, false, 'Say it to the syslog too (facility daemon).'),
  logFile: setting(optionalPath, '', 'Say it to this file too; empty: to none.'),
} as const;
