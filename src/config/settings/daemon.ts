/** The daemon itself: what it keeps and where, how it is reached, and what it leaves behind. */
import {onOff, optionalPath, path, schedule} from '../kinds/scalars.js';
import {setting} from './setting.js';

export const daemon = {
  cleanseSchedule: setting(schedule, '* * * * *', 'When to forget old clients and sessions.'),
  stateDir: setting(
    path,
    '/var/lib/blocksmtp',
    'Directory for what must outlive a restart: blocks, what is known of clients, place in the log.',
  ),
  controlSocket: setting(
    path,
    '/run/blocksmtp/control.sock',
    'Where the commands reach the running daemon.',
  ),
  metricsFile: setting(
    optionalPath,
    '',
    'Write figures for Prometheus to this file at each check, for the text file collector of its node exporter; empty: to none.',
  ),
  dryRun: setting(
    onOff,
    false,
    'Change nothing: no firewall, no process, no state; only say what would be done.',
  ),
  flushOnExit: setting(
    onOff,
    false,
    'On exit remove the chain and its hook; else the blocks stay in force while the daemon is away.',
  ),
} as const;
