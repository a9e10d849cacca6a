/**
 * What a life of the daemon takes from the machine at its start and keeps to its end. As text, to be
 * compared: when it has changed, a reload has work to do even under the same configuration.
 */
import type {Config} from '../../config/schema.js';
import {planSources} from '../../log/source-plan.js';
import {allowedSenders} from '../../outgoing/allowed.js';
import {quietMs} from '../../sys/disk/text-file.js';
import {hasJournal} from '../../sys/journal/journalctl.js';
import {Users} from '../../sys/proc/users.js';
import {nowMs} from '../../sys/run/clock.js';
import {hostName} from '../../sys/run/machine.js';
import {machineFamilies} from '../../sys/run/netfilter.js';

export function machineText(config: Config): string {
  const users = new Users();
  const logs = planSources(config.syslogMsgsFile, config.attribution, {
    quietMs: (path) => quietMs(path, nowMs()),
    // Looked for only where it matters: the folders of a journal may hold many files.
    hasJournal: config.syslogMsgsFile.includes('auto') && hasJournal(),
    // Where the daemon has read before is its own doing, and no change of the machine.
    hasPlace: () => false,
  });
  return JSON.stringify({
    host: hostName(),
    families: machineFamilies(),
    allowed: allowedSenders(config.allowedSenders, (name) => users.uidOf(name)),
    logs,
  });
}
