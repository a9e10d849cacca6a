/**
 * The daemon itself: what it stores and where, how commands reach it, and what it leaves behind.
 */
import {onOff, optionalPath, path, schedule} from '../kinds/scalars.js';
import {setting} from './setting.js';

export const daemon = {
  cleanseSchedule: setting(schedule, '* * * * *', 'When to forget old clients and sessions.'),
  stateDir: setting(
    path,
    '/var/lib/blocksmtp',
    'Directory for data that must survive a restart: blocks, what is known about clients, the position in the log.',
  ),
  controlSocket: setting(
    path,
    '/run/blocksmtp/control.sock',
    'The socket through which the commands reach the running daemon.',
  ),
  metricsFile: setting(
    optionalPath,
    '',
    "At each check, write metrics to this file, for the textfile collector of Prometheus' node exporter; empty: write none.",
  ),
  dryRun: setting(
    onOff,
    false,
    'Change nothing: no firewall rule, no process, no state. Only log what the daemon would do.',
  ),
  flushOnExit: setting(
    onOff,
    false,
    'On exit, remove the chain and its hook. Otherwise the blocks stay in force while the daemon is down.',
  ),
} as const;
