/**
 * The state of the daemon, as facts in one value, and whether that is good. People read it as lines
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

/** `earlier`: made by a version that had no rules. */
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

/** A setting that names a path, and why that does not work. */
export interface PathTrouble {
  /** Of the setting, as in the file. */
  readonly key: string;
  readonly what: string;
}

export interface Status {
  /** When the daemon began under this configuration, ms since the epoch; undefined: none runs. */
  readonly sinceMs: number | undefined;
  readonly backend: Config['backend'];
  readonly families: readonly FamilyStatus[];
  readonly egress: EgressStatus;
  /** Networks. */
  readonly blocks: number;
  /** How many of them each rule has made. Counts. */
  readonly blocksByRule: Readonly<Record<BlockedBy, number>>;
  /** What is known of all clients together, and whether blocks are made at all. */
  readonly crowd: CrowdView;
  /** Whether the configuration in force is the one in the file, and stays. */
  readonly trial: TrialView;
  /** Whether blocked clients still began sessions; absent: none is known to have done so. */
  readonly effect?: EffectView | undefined;
  /** Blocks that nobody ends, because no daemon runs; absent: there are none. */
  readonly endless?: Endless | undefined;
  /** Why the state could not be saved; undefined: it could. */
  readonly unsaved: string | undefined;
  /** Files and programs of the settings that do not work as the daemon runs; absent: they all do. */
  readonly paths?: readonly PathTrouble[] | undefined;
  /** What came of the lines since the beginning: the kind of the outcome → how often. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Mail that leaves through the mailer; absent: it is not counted. */
  readonly mail?: MailStatus | undefined;
  /** Which logs are followed, and whether the daemon hears the mailer. */
  readonly hearing: HearingView;
  /**
   * What is done about clients that speak before the greeting; absent: nothing, or no daemon runs.
   */
  readonly greeting?: GreetingView | undefined;
  /** How complaints stand; absent: nobody wants any, or no daemon runs. */
  readonly complaints?: ComplaintStatus | undefined;
  /** What the daemon runs with, by the keys of the file, as TOML: without what may hold a secret. */
  readonly settings: Readonly<Record<string, string>>;
}

/** The part of what should stand that does, of both families. 1 when nothing should. */
export function enforcedShare(families: readonly Enforced[]): number {
  const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);
  const wanted = sum(families.map((each) => each.wanted));
  return wanted === 0 ? 1 : sum(families.map((each) => each.standing)) / wanted;
}

/** Whether nothing is left to be done by anybody. */
export function isGood(status: Status): boolean {
  const {sinceMs, families, egress, crowd, trial, effect, unsaved, paths = [], hearing} = status;
  return (
    paths.length === 0 &&
    sinceMs !== undefined &&
    unsaved === undefined &&
    effect?.kind !== 'lately' &&
    crowd.listLoss.kind === 'off' &&
    hearing.verdict !== 'deaf' &&
    // One that runs is being looked at, and ends by itself.
    (trial.kind === 'none' || trial.kind === 'running') &&
    [...families, ...egress.families].every((each) => each.failure === undefined) &&
    [families, egress.families].every((each) => enforcedShare(each) === 1)
  );
}
