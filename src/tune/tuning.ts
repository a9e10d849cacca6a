/** All that tuning has found, as one value: printed as it is by `--json`, and told by `tune/text`. */
import {operatingCurve, type OperatingCurve} from './curve.js';
import type {JudgedTrial, LogFacts} from './price.js';
import {propose, type Proposal} from './proposal.js';
import type {TunedSettings} from './trial.js';

/** What the log tells of one client. Counts. */
export interface KnownClient {
  /** An address or a network. */
  readonly client: string;
  /** Unknown names that it asked for, whether or not a block would have stood. */
  readonly asked: number;
  readonly goodMail: number;
}

/** Who is blocked under one trial and not under today's settings, or the other way round. */
export interface Changed {
  readonly blockedMore: readonly KnownClient[];
  readonly spared: readonly KnownClient[];
}

export interface Tuning {
  readonly log: LogFacts;
  readonly today: TunedSettings;
  readonly trials: readonly JudgedTrial[];
  readonly curve: OperatingCurve;
  readonly proposal: Proposal;
  /** Blocked today, though good mail came of them: the likely false positives, most good mail first. */
  readonly likelyInnocent: readonly KnownClient[];
  /** Of the proposal; null: nothing is to be changed. */
  readonly changed: Changed | null;
}

/** What was measured, and who is meant by it. */
interface Measured {
  readonly log: LogFacts;
  readonly trials: readonly JudgedTrial[];
  readonly likelyInnocent: readonly KnownClient[];
  readonly changedBy: (trial: JudgedTrial) => Changed;
}

export function tuning(today: TunedSettings, measured: Measured): Tuning {
  const {log, trials, likelyInnocent, changedBy} = measured;
  const {threshold, blockTime, blockTimeMax} = today;
  const proposal = propose(trials, log, blockTimeMax);
  return {
    log,
    today: {threshold, blockTime, blockTimeMax},
    trials,
    curve: operatingCurve(trials),
    proposal,
    likelyInnocent,
    changed: proposal.kind === 'change' ? changedBy(proposal.to) : null,
  };
}
