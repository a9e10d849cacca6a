/** What `doctor` finds about the daemon: whether it runs, blocks, saves, and holds outgoing mail. */
import {badFileTrouble, type TrialView} from '../../config/trial.js';
import {type EgressStatus, enforcedShare, type Status} from '../status.js';
import {absentText, pathText, percentText, trialTrouble, unsavedText} from '../status-lines.js';
import type {Facts} from './facts.js';
import {inexpressible} from '../../firewall/filter-listing.js';
import {advice, bad, type Finding, good} from '../finding.js';

export function daemonFindings({status, file}: Facts): Finding[] {
  const found = 'unavailable' in status ? [bad(status.unavailable)] : statusFindings(status);
  const isTold = !('unavailable' in status) && status.trial.kind === 'badFile';
  return file === 'bad' && !isTold
    ? [...found, bad('the configuration file is bad now: see blocksmtp check-config')]
    : found;
}

function statusFindings(status: Status): Finding[] {
  const {sinceMs, families, egress, crowd, trial, unsaved} = status;
  const share = enforcedShare(families);
  const all = [...families, ...egress.families];
  const failures = new Set(all.flatMap(({failure}) => failure ?? []));
  return [
    sinceMs === undefined
      ? bad('no daemon runs: nobody is blocked from now on')
      : good('the daemon runs'),
    ...(share === 1
      ? [good('all blocks stand')]
      : [bad(`only ${percentText(share)} of the blocks stand`)]),
    ...(crowd.listLoss.kind === 'off'
      ? []
      : [
          bad(
            'blocking is stopped: the relay refuses users whom it had; see whether it knows its users',
          ),
        ]),
    ...trialFindings(trial),
    ...(unsaved === undefined ? [] : [bad(unsavedText(unsaved))]),
    ...(status.paths ?? []).map((path) => bad(pathText(path))),
    ...egressFindings(egress),
    ...families.flatMap(({family, absentHooks = []}) =>
      absentHooks.length === 0
        ? []
        : [
            advice(
              `IPv${family}: ${absentText(absentHooks)}: it is hooked when somebody makes it (hook_chains)`,
            ),
          ],
    ),
    ...[...failures].map((failure) => bad(`the firewall refuses: ${failure}`)),
    ...([...failures].some((failure) => failure.includes(inexpressible))
      ? [advice('backend = "nftables" has a table of its own beside such rules: set it')]
      : []),
  ];
}

function egressFindings({mode, families}: EgressStatus): Finding[] {
  if (mode !== 'hold' && mode !== 'reject') return [];
  return enforcedShare(families) === 1
    ? [good(`outgoing mail: the rules of "${mode}" stand`)]
    : [bad(`outgoing mail: the rules of "${mode}" do not all stand`)];
}

function trialFindings(trial: TrialView): Finding[] {
  switch (trial.kind) {
    case 'none':
      return [];
    case 'running':
      return [advice('the configuration is on trial: `blocksmtp confirm` keeps it')];
    case 'failed':
    case 'overdue':
      return [bad(trialTrouble[trial.kind])];
    case 'badFile':
      return [bad(badFileTrouble(trial.why))];
  }
}
