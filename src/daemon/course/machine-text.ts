/**
 * What a life of the daemon reads from the machine at its start and uses to its end, as one text to
 * compare: if it has changed, a reload begins a new life even under the same configuration.
 */
import type {Config} from '../../config/schema.js';
import {planSources} from '../../log/source-plan.js';
import {allowedSenders} from '../../outgoing/allowed.js';
import {quietMs} from '../../sys/disk/text-file.js';
import {hasJournal} from '../../sys/journal/journalctl.js';
import {Users} from '../../sys/proc/users.js';
import {nowMs} from '../../sys/run/clock.js';
import {hostName} from '../../sys/run/machine.js';
import {machineFamilies} from '../../sys/firewall/netfilter.js';

export function machineText(config: Config): string {
  const users = new Users();
  const logs = planSources(config.syslogMsgsFile, config.attribution, {
    quietMs: (path) => quietMs(path, nowMs()),
    // Checked only if it matters, because a journal's folders may hold many files.
    hasJournal: config.syslogMsgsFile.includes('auto') && hasJournal(),
    // Where the daemon has read before is its own doing, not a change of the machine.
    hasPlace: () => false,
  });
  return JSON.stringify({
    host: hostName(),
    families: machineFamilies(),
    allowed: allowedSenders(config.allowedSenders, (name) => users.uidOf(name)),
    logs,
  });
}
