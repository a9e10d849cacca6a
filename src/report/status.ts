/**
 * How things stand, in one value: `blocksmtp status` shows it, and monitoring reads it as figures. The
 * first of them is how much of what should stand does, as the kernel itself was last seen.
 */
import {durationText} from '../base/duration.js';
import type {Config} from '../config/schema.js';
import type {TrialView} from '../config/trial.js';
import type {Enforced} from '../firewall/enforced.js';
import type {Family} from '../net/address.js';
import type {BrakeView} from '../score/brake.js';

export interface FamilyStatus extends Enforced {
  readonly family: Family;
}

/** What is done about outgoing mail, and the rules for it; `wanted` and `standing` count ports. */
export interface EgressStatus {
  readonly mode: Config['outbound'];
  readonly families: readonly FamilyStatus[];
}

export const familiesOf = (enforced: ReadonlyMap<Family, Enforced>): FamilyStatus[] =>
  [...enforced].map(([family, each]) => ({family, ...each}));

export interface Status {
  /** When the daemon began under this configuration, ms since the epoch; undefined: none runs. */
  readonly sinceMs: number | undefined;
  readonly backend: Config['backend'];
  readonly families: readonly FamilyStatus[];
  readonly egress: EgressStatus;
  /** Networks. */
  readonly blocks: number;
  readonly offenders: number;
  /** Whether blocks are made at all. */
  readonly brake: BrakeView;
  /** Whether the configuration in force is the one in the file, and stays. */
  readonly trial: TrialView;
  /** Why the state could not be saved; undefined: it could. */
  readonly unsaved: string | undefined;
  /** What came of the lines since the beginning: the kind of the outcome → how often. */
  readonly outcomes: Readonly<Record<string, number>>;
}

/** The part of what should stand that does, of both families. 1 when nothing should. */
export function enforcedShare(families: readonly Enforced[]): number {
  const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);
  const wanted = sum(families.map((each) => each.wanted));
  return wanted === 0 ? 1 : sum(families.map((each) => each.standing)) / wanted;
}

/** Whether nothing is left to be done by anybody. */
export function isGood({sinceMs, families, egress, brake, trial, unsaved}: Status): boolean {
  return (
    sinceMs !== undefined &&
    unsaved === undefined &&
    brake.kind === 'free' &&
    // One that runs is being looked at, and ends by itself.
    (trial.kind === 'none' || trial.kind === 'running') &&
    [...families, ...egress.families].every((each) => each.failure === undefined) &&
    [families, egress.families].every((each) => enforcedShare(each) === 1)
  );
}

/** To a tenth of a percent, and never rounded up: what is not all does not look like it. */
export function percentText(share: number): string {
  return `${Math.floor(share * 1000) / 10} %`;
}

/** A count and its word. */
export const countText = (count: number, one: string): string =>
  `${count} ${one}${count === 1 ? '' : 's'}`;

/** For people; one line for each thing. */
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

/** What somebody has to do something about. */
export const trialTrouble = {
  failed:
    'the configuration file is NOT in force: nobody confirmed it, the one before is; correct it, then blocksmtp reload',
  overdue:
    'the configuration was NOT confirmed, but the one before is bad now: blocksmtp confirm, or correct what the log names',
} as const;

/** What was decided since is in force, and would not be known after a restart. */
export const unsavedText = (why: string): string =>
  `the state is NOT saved, and tried again: ${why}`;

/** The text format of Prometheus (version 0.0.4). */
export function statusFigures(status: Status): string {
  const {sinceMs, families, egress, blocks, offenders, outcomes, brake, trial, unsaved} = status;
  const each = eachOf(families);
  const figures: readonly Figure[] = [
    [
      'enforced_ratio',
      'gauge',
      'Part of the blocks that stand in the kernel.',
      [['', enforcedShare(families)]],
    ],
    ['up', 'gauge', 'Whether the daemon runs.', [['', sinceMs === undefined ? 0 : 1]]],
    [
      'stopped',
      'gauge',
      'Whether blocking waits for `blocksmtp resume`.',
      [['', brake.kind === 'free' ? 0 : 1]],
    ],
    trialFigure(trial),
    ['saved', 'gauge', 'Whether the state could be saved.', [['', unsaved === undefined ? 1 : 0]]],
    ['blocks', 'gauge', 'Networks that should be blocked.', [['', blocks]]],
    ['offenders', 'gauge', 'Clients under watch.', [['', offenders]]],
    [
      'firewall_wanted',
      'gauge',
      'Networks that should stand in the kernel.',
      each((f) => f.wanted),
    ],
    ['firewall_standing', 'gauge', 'Networks that do.', each((f) => f.standing)],
    [
      'firewall_failing',
      'gauge',
      'Whether the latest try failed.',
      each((f) => (f.failure === undefined ? 0 : 1)),
    ],
    [
      'firewall_repairs_total',
      'counter',
      'Times that others had changed it.',
      each((f) => f.repairs),
    ],
    [
      'firewall_read_timestamp_seconds',
      'gauge',
      'When the kernel was last read.',
      each((f) => (f.readMs ?? 0) / 1000),
    ],
    [
      'outcomes_total',
      'counter',
      'What came of the lines that were read.',
      Object.entries(outcomes).map(([kind, count]) => [`{kind="${kind}"}`, count]),
    ],
    ...egressFigures(egress),
  ];
  return figures.map(figureText).join('');
}

const eachOf =
  (families: readonly FamilyStatus[]) =>
  (value: (family: FamilyStatus) => number): [string, number][] =>
    families.map((family) => [`{family="ipv${family.family}"}`, value(family)]);

/** Without samples where there are no rules for outgoing mail. */
function egressFigures({families}: EgressStatus): Figure[] {
  const each = eachOf(families);
  const failing = each((f) => (f.failure === undefined ? 0 : 1));
  const about = 'of the rules for outgoing mail';
  return [
    ['egress_wanted', 'gauge', 'Ports that should be held or closed.', each((f) => f.wanted)],
    ['egress_standing', 'gauge', 'Ports that are.', each((f) => f.standing)],
    ['egress_failing', 'gauge', `Whether the latest try ${about} failed.`, failing],
    ['egress_repairs_total', 'counter', `Repairs ${about}.`, each((f) => f.repairs)],
  ];
}

function trialFigure({kind}: TrialView): Figure {
  return [
    'trial',
    'gauge',
    'Whether a configuration is on trial, or was and nobody confirmed it.',
    [
      ['{state="running"}', kind === 'running' ? 1 : 0],
      ['{state="failed"}', kind === 'failed' || kind === 'overdue' ? 1 : 0],
    ],
  ];
}

type Figure = readonly [
  string,
  'gauge' | 'counter',
  string,
  readonly (readonly [string, number])[],
];

function figureText([name, type, help, samples]: Figure): string {
  const full = `blocksmtp_${name}`;
  const lines = samples.map(([labels, value]) => `${full}${labels} ${value}`);
  return [`# HELP ${full} ${help}`, `# TYPE ${full} ${type}`, ...lines, ''].join('\n');
}
