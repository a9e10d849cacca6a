/**
 * Finds out whether sendmail, started by this process, could quarantine mail: the rights that it needs, and whether
 * the queues are writable here (a unit of systemd shows them read-only). Changes nothing.
 */
import fs from 'node:fs';
import {lackingCapabilities} from '../run/machine.js';
import {type MailerFiles, queueDirectories} from './directories.js';

/** sendmail changes to the user of the queue, because even root may be unable to write into its directory. */
const rights = ['CAP_SETGID', 'CAP_SETUID', 'CAP_DAC_OVERRIDE'] as const;

/** @returns undefined if mail can be held */
export function whyNotHeld(files?: MailerFiles): string | undefined {
  const lacking = lackingCapabilities(rights);
  if (lacking.length > 0) return `the daemon has no ${lacking.join(', ')}`;
  const {directories, problems} = queueDirectories(files);
  if (directories.length === 0) return problems[0] ?? 'there is no queue of sendmail';
  for (const {controls} of directories) {
    try {
      fs.accessSync(controls, fs.constants.W_OK);
    } catch (error) {
      return (error as Error).message;
    }
  }
  return undefined;
}
