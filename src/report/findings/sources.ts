/** What `doctor` finds of the logs that are followed. */
import type {Facts} from './facts.js';
import {advice, bad, type Finding, good} from './finding.js';

export function sourceFindings({sources, sendmails, lackingRights, config}: Facts): Finding[] {
  const followed = sources.map(({name, trouble}) =>
    trouble === undefined ? good(`follows ${name}`) : bad(`${name}: ${trouble}`),
  );
  const isLocal = config.mailerSyslogHost === '';
  // Without this right the programs of others are not seen.
  const isSeen = !lackingRights.includes('CAP_SYS_PTRACE');
  return sendmails === 0 && isLocal && isSeen
    ? [...followed, advice('no sendmail runs here: the kernel cannot tell who a client is')]
    : followed;
}
