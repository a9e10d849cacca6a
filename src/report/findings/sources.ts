/** What `doctor` finds about the logs to follow. */
import {journalSource} from '../../log/source-plan.js';
import type {Facts} from './facts.js';
import {advice, bad, type Finding, good} from '../finding.js';

const onlyJournal =
  'attribution is verified, and only the journal tells who wrote a line: of files no mail earns credit, and users of this machine can still forge lines about busy sessions; follow the journal (syslog_msgs_file)';

export function sourceFindings({sources, sendmails, lackingRights, config}: Facts): Finding[] {
  const followed = sources.map(({name, trouble}) =>
    trouble === undefined ? good(`follows ${name}`) : bad(`${name}: ${trouble}`),
  );
  const isForgeable =
    config.attribution === 'verified' && !sources.some(({name}) => name === journalSource);
  if (isForgeable) followed.push(advice(onlyJournal));
  const isLocal = config.mailerSyslogHost === '';
  // Without this right the programs of other users cannot be seen.
  const isSeen = !lackingRights.includes('CAP_SYS_PTRACE');
  return sendmails === 0 && isLocal && isSeen
    ? [...followed, advice('no sendmail runs here: the kernel cannot tell who a client is')]
    : followed;
}
