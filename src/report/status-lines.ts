/** Writes a status as lines for an operator: the state, and what needs an action. */
import {complaintLines} from './complaint/status.js';
import {mailLines} from './mail/status.js';
import {countText} from '../base/count.js';
import {aboutText, durationText} from '../base/duration.js';
import {localTime} from '../base/time-text.js';
import {endlessText} from '../blocks/overdue.js';
import {badFileTrouble, type TrialView} from '../config/trial.js';
import {greetingLines} from './greeting/lines.js';
import {hearingLines} from './hearing/lines.js';
import type {CrowdView} from '../judge/view.js';
import {effectLines} from './effect-text.js';
import {whitelistTrouble} from '../score/whitelist-view.js';
import {enforcedShare, type FamilyStatus, type PathTrouble, type Status} from './status.js';

/** To a tenth of a percent, and never rounded up: 100 % means all. */
export function percentText(share: number): string {
  return `${Math.floor(share * 1000) / 10} %`;
}

/** If no rule should be in force, but the firewall was never read, it is not known whether that is so. */
const enforcedText = (families: readonly FamilyStatus[]): string =>
  families.some(({readMs, wanted}) => readMs === undefined && wanted === 0)
    ? 'not known'
    : percentText(enforcedShare(families));

/** One line for each fact. */
export function statusLines(status: Status, nowMs: number): string[] {
  const {sinceMs, backend, families, egress, blocks, crowd, trial, unsaved} = status;
  const {clients, records, networks, names} = crowd.remembered;
  const ago = (ms: number): string => durationText(Math.max(0, Math.round((nowMs - ms) / 1000)));
  const running = sinceMs === undefined ? 'no daemon runs' : `running for ${ago(sinceMs)}`;
  return [
    `${running}, backend ${backend}`,
    `${countText(blocks, 'block')}${byRuleText(status)}`,
    `remembered: ${countText(clients, 'client')}, ${records} of them active, ${countText(networks, 'network')}, ${countText(names, 'name')} that took mail`,
    ...crowdLines(crowd, nowMs),
    ...trialLines(trial, nowMs),
    ...(unsaved === undefined ? [] : [unsavedText(unsaved)]),
    ...(status.paths ?? []).map(pathText),
    ...whitelistLines(status),
    ...hearingLines(status.hearing, nowMs),
    `enforced: ${enforcedText(families)}`,
    ...families.map((each) => familyLine(each, 'stand', ago)),
    ...effectLines(status.effect, nowMs),
    ...(status.endless === undefined ? [] : [endlessText(status.endless, 'notRunning')]),
    ...greetingLines(status.greeting, nowMs),
    `outgoing: ${egress.mode}`,
    ...mailLines(status.mail),
    ...complaintLines(status.complaints),
    ...egress.families.map((each) => {
      const does = egress.mode === 'hold' ? 'ports held' : 'ports closed';
      return `outgoing mail, ${familyLine(each, does, ago)}`;
    }),
  ];
}

function whitelistLines({whitelist}: Status): string[] {
  const trouble = whitelist && whitelistTrouble(whitelist);
  return trouble === undefined ? [] : [trouble];
}

/** The same in one line for the service manager: the share in force, and the problems. */
export function statusBrief(status: Status): string {
  const {families, blocks, crowd, trial, unsaved} = status;
  const parts = [
    countText(blocks, 'block'),
    `enforced: ${enforcedText(families)}`,
    ...families.flatMap(({family, failure}) =>
      failure === undefined ? [] : [`IPv${family} FAILING: ${failure}`],
    ),
    ...(crowd.listLoss.kind === 'off' ? [] : ['blocking is STOPPED']),
    ...(trial.kind === 'none' ? [] : [trialBrief[trial.kind]]),
    ...(unsaved === undefined ? [] : ['the state is NOT saved']),
    ...(status.whitelist?.kind === 'kept' ? ['the whitelist CANNOT be read'] : []),
  ];
  return parts.join('; ');
}

const trialBrief = {
  running: 'the configuration is ON TRIAL',
  failed: 'the configuration file is NOT in force',
  overdue: 'the configuration was NOT confirmed',
  badFile: 'the configuration file is BAD and NOT in force',
} as const;

/** `: 3 by row, 1 by the operator`. */
function byRuleText({blocksByRule}: Status): string {
  const parts = Object.entries(blocksByRule).flatMap(([rule, count]) =>
    count === 0 ? [] : `${count} by ${rule === 'operator' ? 'the operator' : rule}`,
  );
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`;
}

/** Conditions that concern all clients; no line if everything is normal. */
export function crowdLines({wave, listLoss, learning}: CrowdView, nowMs: number): string[] {
  const ago = (ms: number): string => aboutText(Math.max(0, Math.round((nowMs - ms) / 1000)));
  return [
    ...(wave.kind === 'off'
      ? []
      : [
          `a wave of strangers is on${wave.sinceMs === undefined ? '' : ` for ${ago(wave.sinceMs)}`}: the bar of strangers is lower`,
        ]),
    ...(listLoss.kind === 'off'
      ? []
      : [
          `blocking is STOPPED for ${ago(listLoss.sinceMs)}: the relay refuses ${countText(listLoss.names, 'user')} whom it had, to ${countText(listLoss.networks, 'network')}; see whether it knows its users`,
        ]),
    ...(learning.kind === 'off'
      ? []
      : [`learning until ${localTime(learning.untilMs)}: the bars of strangers are higher`]),
  ];
}

function familyLine(each: FamilyStatus, does: string, ago: (ms: number) => string): string {
  const {family, wanted, standing, readMs, repairs, failure, absentHooks = []} = each;
  const seen = readMs === undefined ? 'never checked' : `checked ${ago(readMs)} ago`;
  const trouble = failure === undefined ? '' : `, FAILING: ${failure}`;
  const without = absentHooks.length === 0 ? '' : `, ${absentText(absentHooks)}`;
  return `IPv${family}: ${standing} of ${wanted} ${does}, ${seen}, repaired ${countText(repairs, 'time')}${without}${trouble}`;
}

/** Names chains of `hook_chains` that do not exist. Packets that should pass through them are not stopped. */
export const absentText = (chains: readonly string[]): string =>
  `no chain ${chains.join(', ')} to hook into yet`;

function trialLines(trial: TrialView, nowMs: number): string[] {
  if (trial.kind === 'running') {
    const leftSeconds = Math.max(1, Math.round((trial.untilMs - nowMs) / 1000));
    return [
      `the configuration is ON TRIAL for another ${durationText(leftSeconds)}: blocksmtp confirm`,
    ];
  }
  if (trial.kind === 'badFile') return [badFileTrouble(trial.why)];
  return trial.kind === 'none' ? [] : [trialTrouble[trial.kind]];
}

/** States of a trial for which the operator has to act. */
export const trialTrouble = {
  failed:
    'the configuration file is NOT in force: nobody confirmed it, the one before is; correct it, then blocksmtp reload',
  overdue:
    'the configuration was NOT confirmed, but the one before is bad now: blocksmtp confirm, or correct what the log names',
} as const;

/** As the daemon sees the path in its sandbox, which forbids writing to most places. */
export const pathText = ({key, what}: PathTrouble): string => `${key} does NOT work: ${what}`;

/** Decisions since then are in force, but a restart would forget them. */
export const unsavedText = (why: string): string =>
  `the state is NOT saved, and tried again: ${why}`;
