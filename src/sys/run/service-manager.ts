/**
 * Tells the service manager (systemd) how the daemon is: sd_notify(3). Node has no datagram sockets
 * of the unix kind, so each message is one run of systemd-notify, which the unit allows
 * (NotifyAccess=all). The caller decides what to send, and how often.
 */
import {type CommandResult, runCommand} from './command.js';

/** systemd-notify waits for five seconds until its message is read. Ms. */
const notifyTimeoutMs = 10_000;
/** Longest line of a status; systemd shows one line. Characters. */
const longestStatus = 300;

export interface ServiceManager {
  /** How often it must hear of us, or ends us; undefined: it does not watch. Ms. */
  readonly watchdogMs: number | undefined;
  /** Ready, alive, and in this state; said as often as one likes. */
  readonly tell: (status: string) => Promise<CommandResult>;
}

/**
 * Takes the manager out of the environment: no other program that is started shall speak for the daemon.
 *
 * @returns undefined where no manager listens
 */
export function takeServiceManager(
  environment: NodeJS.ProcessEnv = process.env,
): ServiceManager | undefined {
  const {NOTIFY_SOCKET: socket, WATCHDOG_USEC: micros, WATCHDOG_PID: pid} = environment;
  delete environment['NOTIFY_SOCKET'];
  delete environment['WATCHDOG_USEC'];
  delete environment['WATCHDOG_PID'];
  if (socket === undefined || socket === '') return undefined;
  const isOurs = pid === undefined || Number(pid) === process.pid;
  const watchdogMs = isOurs && /^\d{4,15}$/.test(micros ?? '') ? Number(micros) / 1000 : undefined;
  return {
    watchdogMs,
    tell: (status) => {
      const line = status.replaceAll(/\s+/g, ' ').slice(0, longestStatus);
      const words = ['--ready', `--status=${line}`, 'WATCHDOG=1'];
      return runCommand('systemd-notify', words, {
        timeoutMs: notifyTimeoutMs,
        output: 'ignored',
        more: {NOTIFY_SOCKET: socket},
      });
    },
  };
}
