/**
 * The state of the daemon as facts in one value. Decides whether it is good. People read it as lines
 * (`status-lines.ts`), monitoring as metrics (`prometheus.ts`).
 */
import type {Block} from '../blocks/block.js';
import type {Endless} from '../blocks/overdue.js';
import type {EffectView} from '../blocks/passage.js';
import type {Config} from '../config/schema.js';
import type {TrialView} from '../config/trial.js';
import type {Enforced} from '../firewall/enforced.js';
import type {GreetingView} from '../greeting/view.js';
import type {ComplaintStatus} from './complaint/status.js';
import type {MailStatus} from './mail/status.js';
import type {HearingView} from '../hearing/view.js';
import type {Rule} from '../judge/verdict.js';
import type {CrowdView} from '../judge/view.js';
import type {Family} from '../net/address.js';
import {type WhitelistView, whitelistTrouble} from '../score/whitelist-view.js';

export interface FamilyStatus extends Enforced {
  readonly family: Family;
}

/** The mode for outgoing mail, and its rules; `wanted` and `standing` count ports. */
export interface EgressStatus {
  readonly mode: Config['outbound'];
  readonly families: readonly FamilyStatus[];
}

export const familiesOf = (enforced: ReadonlyMap<Family, Enforced>): FamilyStatus[] =>
  [...enforced].map(([family, each]) => ({family, ...each}));

/** `earlier`: a block by a version that did not note the rule. */
type BlockedBy = Rule | 'operator' | 'earlier';

const noBlocks: Readonly<Record<BlockedBy, number>> = {
  row: 0,
  silence: 0,
  wave: 0,
  network: 0,
  neighbours: 0,
  operator: 0,
  earlier: 0,
};

export function blocksByRule(blocks: Iterable<Block>): Readonly<Record<BlockedBy, number>> {
  const counts = {...noBlocks};
  for (const block of blocks) counts[blockedBy(block)] += 1;
  return counts;
}

export const blockedBy = ({origin, because}: Block): BlockedBy =>
  origin === 'operator' ? 'operator' : (because?.rule ?? 'earlier');

/** A setting that names a path, and why the path does not work. */
export interface PathTrouble {
  /** The key of the setting in the file. */
  readonly key: string;
  readonly what: string;
}

export interface Status {
  /** When the daemon began under this configuration, ms since the epoch; undefined: none runs. */
  readonly sinceMs: number | undefined;
  readonly backend: Config['backend'];
  readonly families: readonly FamilyStatus[];
  readonly egress: EgressStatus;
  /** Blocked networks. A count. */
  readonly blocks: number;
  /** The number of blocks by each rule. */
  readonly blocksByRule: Readonly<Record<BlockedBy, number>>;
  /** Conditions that concern all clients, and whether blocks are made at all. */
  readonly crowd: CrowdView;
  /** Whether the configuration in force is that of the file, and whether it is on trial. */
  readonly trial: TrialView;
  /** Whether blocked clients still began sessions; absent: none is known to have done so. */
  readonly effect?: EffectView | undefined;
  /** Blocks that do not end, because no daemon runs; absent: there are none. */
  readonly endless?: Endless | undefined;
  /** Why the state could not be saved; undefined: it was saved. */
  readonly unsaved: string | undefined;
  /** Files and programs of the settings that do not work as the daemon runs; absent: they all do. */
  readonly paths?: readonly PathTrouble[] | undefined;
  /** The whitelist in force; absent: no daemon runs. */
  readonly whitelist?: WhitelistView | undefined;
  /** Outcomes of lines since the beginning, by their kind. Counts. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Mail that leaves through the mailer; absent: it is not counted. */
  readonly mail?: MailStatus | undefined;
  /** Which logs are followed, and whether the daemon hears the mailer. */
  readonly hearing: HearingView;
  /**
   * The state of the greeting; absent: `greeting` is off, or no daemon runs.
   */
  readonly greeting?: GreetingView | undefined;
  /** The state of complaints; absent: they are off, or no daemon runs. */
  readonly complaints?: ComplaintStatus | undefined;
  /** The daemon's settings as TOML, by the keys of the file. Settings that may have a secret are missing. */
  readonly settings: Readonly<Record<string, string>>;
}

/** The share of the wanted rules that is in force, in both families. 1 if none is wanted. */
export function enforcedShare(families: readonly Enforced[]): number {
  const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);
  const wanted = sum(families.map((each) => each.wanted));
  return wanted === 0 ? 1 : sum(families.map((each) => each.standing)) / wanted;
}

/** Whether the operator has nothing to do. */
export function isGood(status: Status): boolean {
  const {sinceMs, families, egress, crowd, trial, effect, unsaved, paths = [], hearing} = status;
  const {whitelist} = status;
  return (
    (whitelist === undefined || whitelistTrouble(whitelist) === undefined) &&
    paths.length === 0 &&
    sinceMs !== undefined &&
    unsaved === undefined &&
    effect?.kind !== 'lately' &&
    crowd.listLoss.kind === 'off' &&
    hearing.verdict !== 'deaf' &&
    // The operator knows of a running trial, and it ends by itself.
    (trial.kind === 'none' || trial.kind === 'running') &&
    [...families, ...egress.families].every((each) => each.failure === undefined) &&
    [families, egress.families].every((each) => enforcedShare(each) === 1)
  );
}
