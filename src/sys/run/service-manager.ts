/**
 * Reports the state of the daemon to the service manager (systemd): sd_notify(3). Node has no unix datagram sockets,
 * so each message is one run of systemd-notify, which the unit allows
 * (NotifyAccess=all). The caller decides what to send, and how often.
 */
import {type CommandResult, runCommand} from './command.js';

/** Time for one run. Ms: systemd-notify waits for five seconds until its message is read. */
const notifyTimeoutMs = 10_000;
/** Length of a status. Characters: systemd shows one line. */
const longestStatus = 300;

export interface ServiceManager {
  /** systemd ends the daemon if no message comes for so long; undefined: it does not watch. Ms. */
  readonly watchdogMs: number | undefined;
  /** Reports that the daemon is ready and alive, and its state. May be called any number of times. */
  readonly tell: (status: string) => Promise<CommandResult>;
}

/**
 * Removes the manager's variables from the environment, so that no other program that we start can speak for the daemon.
 *
 * @returns undefined if no manager listens
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
