/**
 * Writes a status as metrics for monitoring, in the text format of Prometheus (version 0.0.4). The first
 * one is the share of the blocks that is in force, by the last look at the kernel.
 */
import {printable} from '../base/printable.js';
import type {TrialView} from '../config/trial.js';
import {complaintFigures} from './complaint/status.js';
import {greetingFigures} from './greeting/figures.js';
import type {Figure, Sample} from './hearing/figure.js';
import {hearingFigures} from './hearing/figures.js';
import {mailFigures} from './mail/status.js';
import {type EgressStatus, enforcedShare, type FamilyStatus, type Status} from './status.js';

export function statusFigures(status: Status): string {
  const figures = [
    ...wholeFigures(status),
    ...crowdFigures(status),
    ...firewallFigures(status),
    ...effectFigures(status),
    ...egressFigures(status),
    ...mailFigures(status.mail),
    ...hearingFigures(status.hearing),
    ...greetingFigures(status.greeting),
    ...complaintFigures(status.complaints),
  ];
  return figures.map(figureText).join('');
}

/** Metrics of the daemon as a whole. */
function wholeFigures(status: Status): Figure[] {
  const {sinceMs, families, blocks, blocksByRule, crowd, trial, unsaved} = status;
  return [
    {
      name: 'enforced_ratio',
      type: 'gauge',
      help: 'Share of the blocks that is in force in the kernel.',
      samples: [{value: enforcedShare(families)}],
    },
    {
      name: 'up',
      type: 'gauge',
      help: 'Whether the daemon runs.',
      samples: [{value: sinceMs === undefined ? 0 : 1}],
    },
    {
      name: 'stopped',
      type: 'gauge',
      help: 'Whether blocking is stopped, because the relay seems to have lost its list of users.',
      samples: [{value: isOn(crowd.listLoss)}],
    },
    {
      name: 'trial',
      type: 'gauge',
      help: 'Whether a configuration is on trial, was not confirmed, or is bad so that the last good one is in force.',
      samples: trialSamples(trial),
    },
    {
      name: 'saved',
      type: 'gauge',
      help: 'Whether the state could be saved.',
      samples: [{value: unsaved === undefined ? 1 : 0}],
    },
    {
      name: 'blocks',
      type: 'gauge',
      help: 'Networks that should be blocked.',
      samples: [{value: blocks}],
    },
    {
      name: 'blocks_by_rule',
      type: 'gauge',
      help: 'Networks that should be blocked, by the rule that decided it.',
      samples: Object.entries(blocksByRule).map(([rule, value]) => ({labels: {rule}, value})),
    },
  ];
}

/** Metrics of all clients together. */
function crowdFigures({crowd}: Status): Figure[] {
  return [
    {
      name: 'wave',
      type: 'gauge',
      help: 'Whether a wave of strangers is on.',
      samples: [{value: isOn(crowd.wave)}],
    },
    {
      name: 'learning',
      type: 'gauge',
      help: 'Whether the daemon still learns which clients send mail here.',
      samples: [{value: isOn(crowd.learning)}],
    },
    {
      name: 'remembered',
      type: 'gauge',
      help: 'Entries in the memory of the daemon.',
      samples: Object.entries(crowd.remembered).map(([what, value]) => ({labels: {what}, value})),
    },
  ];
}

function firewallFigures({families, outcomes}: Status): Figure[] {
  const each = samplesOf(families);
  return [
    {
      name: 'firewall_wanted',
      type: 'gauge',
      help: 'Networks that should be blocked in the kernel.',
      samples: each(({wanted}) => wanted),
    },
    {
      name: 'firewall_standing',
      type: 'gauge',
      help: 'Networks that are blocked in the kernel.',
      samples: each(({standing}) => standing),
    },
    {
      name: 'firewall_failing',
      type: 'gauge',
      help: 'Whether the latest change of the firewall failed.',
      samples: each(isFailing),
    },
    {
      name: 'firewall_absent_hooks',
      type: 'gauge',
      help: 'Chains of hook_chains that do not exist, so that no packet comes from them.',
      samples: each(({absentHooks = []}) => absentHooks.length),
    },
    {
      name: 'firewall_repairs_total',
      type: 'counter',
      help: 'Repairs after another program had changed the firewall.',
      samples: each(({repairs}) => repairs),
    },
    {
      name: 'firewall_read_timestamp_seconds',
      type: 'gauge',
      help: 'When the kernel was last read.',
      samples: each(({readMs = 0}) => readMs / 1000),
    },
    {
      name: 'outcomes_total',
      type: 'counter',
      help: 'Outcomes of the lines that were read.',
      samples: Object.entries(outcomes).map(([kind, value]) => ({labels: {kind}, value})),
    },
  ];
}

/** Has no samples if there are no rules for outgoing mail. */
function egressFigures({egress}: {readonly egress: EgressStatus}): Figure[] {
  const each = samplesOf(egress.families);
  const about = 'of the rules for outgoing mail';
  return [
    {
      name: 'egress_wanted',
      type: 'gauge',
      help: 'Ports that should be held or closed.',
      samples: each(({wanted}) => wanted),
    },
    {
      name: 'egress_standing',
      type: 'gauge',
      help: 'Ports that are held or closed.',
      samples: each(({standing}) => standing),
    },
    {
      name: 'egress_failing',
      type: 'gauge',
      help: `Whether the latest change ${about} failed.`,
      samples: each(isFailing),
    },
    {
      name: 'egress_repairs_total',
      type: 'counter',
      help: `Repairs ${about}.`,
      samples: each(({repairs}) => repairs),
    },
  ];
}

/** Metrics that show that packets do not meet the rules for them. */
const effectFigures = ({effect}: Status): Figure[] => [
  {
    name: 'without_effect',
    type: 'gauge',
    help: 'Whether blocked clients began sessions in the last hour.',
    samples: [{value: effect?.kind === 'lately' ? 1 : 0}],
  },
  {
    name: 'passages_total',
    type: 'counter',
    help: 'Sessions that began although a block of their client was in force.',
    samples: [{value: effect === undefined || effect.kind === 'undisputed' ? 0 : effect.sessions}],
  },
];

const isOn = ({kind}: {readonly kind: 'on' | 'off'}): number => (kind === 'on' ? 1 : 0);

const isFailing = ({failure}: FamilyStatus): number => (failure === undefined ? 0 : 1);

const samplesOf =
  (families: readonly FamilyStatus[]) =>
  (valueOf: (family: FamilyStatus) => number): Sample[] =>
    families.map((each) => ({labels: {family: `ipv${each.family}`}, value: valueOf(each)}));

const trialSamples = ({kind}: TrialView): Sample[] => [
  {labels: {state: 'running'}, value: kind === 'running' ? 1 : 0},
  {labels: {state: 'failed'}, value: kind === 'failed' || kind === 'overdue' ? 1 : 0},
  {labels: {state: 'badFile'}, value: kind === 'badFile' ? 1 : 0},
];

/** Length of the value of a label. Characters. */
const labelCharacters = 200;

function figureText({name, type, help, samples}: Figure): string {
  const full = `blocksmtp_${name}`;
  const lines = samples.map(({labels = {}, value, part}) => {
    const sampled = part === undefined ? full : `${full}_${part}`;
    return `${sampled}${labelText(labels)} ${value}`;
  });
  return [`# HELP ${full} ${help}`, `# TYPE ${full} ${type}`, ...lines, ''].join('\n');
}

/** A path may have characters that the format escapes: `\\`, `"`, and the newline, which no setting allows. */
function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${printable(value, labelCharacters).replace(/[\\"]/g, '\\$&')}"`,
  );
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}
