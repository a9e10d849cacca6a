/** A status as lines, for people: what stands, and what somebody must do something about. */
import {countText} from '../base/count.js';
import {durationText} from '../base/duration.js';
import type {TrialView} from '../config/trial.js';
import {enforcedShare, type FamilyStatus, type Status} from './status.js';

/** To a tenth of a percent, and never rounded up: 100 % means all. */
export function percentText(share: number): string {
  return `${Math.floor(share * 1000) / 10} %`;
}

/** One line for each thing. */
export function statusLines(status: Status, nowMs: number): string[] {
  const {sinceMs, backend, families, egress, blocks, offenders, brake, trial, unsaved} = status;
  const ago = (ms: number): string => durationText(Math.max(0, Math.round((nowMs - ms) / 1000)));
  const running = sinceMs === undefined ? 'no daemon runs' : `running for ${ago(sinceMs)}`;
  return [
    `${running}, backend ${backend}`,
    `${countText(blocks, 'block')}, ${countText(offenders, 'client')} under watch`,
    ...(brake.kind === 'free'
      ? []
      : [
          `blocking is STOPPED for ${ago(brake.sinceMs)}, ${countText(brake.heldBack, 'block')} not made: blocksmtp resume`,
        ]),
    ...trialLines(trial, nowMs),
    ...(unsaved === undefined ? [] : [unsavedText(unsaved)]),
    `enforced: ${percentText(enforcedShare(families))}`,
    ...families.map((each) => familyLine(each, 'stand', ago)),
    `outgoing: ${egress.mode}`,
    ...egress.families.map((each) => {
      const does = egress.mode === 'hold' ? 'ports held' : 'ports closed';
      return `outgoing mail, ${familyLine(each, does, ago)}`;
    }),
  ];
}

function familyLine(each: FamilyStatus, does: string, ago: (ms: number) => string): string {
  const {family, wanted, standing, readMs, repairs, failure} = each;
  const seen = readMs === undefined ? 'never checked' : `checked ${ago(readMs)} ago`;
  const trouble = failure === undefined ? '' : `, FAILING: ${failure}`;
  return `IPv${family}: ${standing} of ${wanted} ${does}, ${seen}, repaired ${countText(repairs, 'time')}${trouble}`;
}

function trialLines(trial: TrialView, nowMs: number): string[] {
  if (trial.kind === 'running') {
    const leftSeconds = Math.max(1, Math.round((trial.untilMs - nowMs) / 1000));
    return [
      `the configuration is ON TRIAL for another ${durationText(leftSeconds)}: blocksmtp confirm`,
    ];
  }
  return trial.kind === 'none' ? [] : [trialTrouble[trial.kind]];
}

/** A trial that somebody must do something about. */
export const trialTrouble = {
  failed:
    'the configuration file is NOT in force: nobody confirmed it, the one before is; correct it, then blocksmtp reload',
  overdue:
    'the configuration was NOT confirmed, but the one before is bad now: blocksmtp confirm, or correct what the log names',
} as const;

/** What was decided since is in force, but a restart would forget it. */
export const unsavedText = (why: string): string =>
  `the state is NOT saved, and tried again: ${why}`;
