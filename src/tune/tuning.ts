/** The result of tuning as one value. `--json` prints it unchanged, and `tune/text` writes it for people. */
import {operatingCurve, type OperatingCurve} from './curve.js';
import type {JudgedTrial, LogFacts} from './price.js';
import {propose, type Proposal} from './proposal.js';
import type {TunedSettings} from './trial.js';

/** What the log shows of one client. Counts. */
export interface KnownClient {
  /** An address or a network. */
  readonly client: string;
  /** Unknown names for which the client asked, even if a block would have been in force. */
  readonly asked: number;
  readonly goodMail: number;
}

/** Clients that are blocked with one trial and not with today's settings, or the other way round. */
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
  /** Clients that today's settings block although their good mail came: the likely false positives, most good mail first. */
  readonly likelyInnocent: readonly KnownClient[];
  /** The effect of the proposal; null: no change is proposed. */
  readonly changed: Changed | null;
}

/** The measured prices, and the clients that they concern. */
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
