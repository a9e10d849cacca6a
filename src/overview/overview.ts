/**
 * The report on some days as plain data: the one set of values behind its text, its JSON and its page. Made from
 * the daemon's memory (`of-state.ts`) or from a replay (`replay/overview.ts`). Decides nothing.
 */
import type {ComplaintView} from '../complaint/view.js';
import type {Config} from '../config/schema.js';
import type {Permission} from '../outgoing/sender-hours.js';
import type {AlarmKind} from '../submission/limits.js';
import type {Counted} from '../tally/hours.js';
import type {LevelSum} from '../tally/score-days.js';

/** Printed as it is by `--json`. Times in ms since the epoch; `null`: not known, or nothing. */
export interface Overview {
  readonly from: OverviewSource;
  readonly fromMs: number;
  readonly untilMs: number;
  /** When counting began; null: nothing was counted yet. */
  readonly countedFromMs: number | null;
  readonly sums: Readonly<Record<Counted, number>>;
  readonly times: TimeRows;
  /** Blocked, though something speaks for them: the likely false positives, the likeliest first. */
  readonly doubtful: Some<Doubtful>;
  /** Since when the blocks of single clients are known: later than `fromMs` where there are too many. */
  readonly blocksFromMs: number;
  /** All that were blocked, most often first. */
  readonly offenders: Some<Offender>;
  readonly networks: Some<NetworkSum>;
  readonly curve: Curve;
  /** Null: not counted here. */
  readonly outgoing: OutgoingSum | null;
  readonly complaints: ComplaintSum | null;
}

export type OverviewSource =
  | {readonly kind: 'memory'}
  | {
      readonly kind: 'log';
      readonly lines: number;
      readonly files: number;
    };

/** The first of them, and how many there are in all. */
export interface Some<Value> {
  readonly all: number;
  readonly shown: readonly Value[];
}

export type TimeRow = {readonly atMs: number} & Readonly<Record<Counted, number>>;

/** From the oldest to the newest, without a gap. */
export interface TimeRows {
  readonly step: 'hour' | 'day';
  readonly rows: readonly TimeRow[];
}

export interface Offender {
  /** Canonical text of what was blocked. */
  readonly network: string;
  readonly blocks: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** Until when a block stands; null: none does. */
  readonly untilMs: number | null;
  /** Unknown names that it was answered. */
  readonly answers: number | null;
  /** Of its latest block. */
  readonly reason: string;
}

export interface Doubtful extends Offender {
  /** What speaks for it, one at least. */
  readonly doubts: readonly Doubt[];
}

export type Doubt =
  /** Recipients that took its mail, on how many days, and when last. */
  | {
      readonly kind: 'delivered';
      readonly recipients: number;
      readonly days: number;
      readonly lastMs: number | null;
    }
  /** Messages of it that arrived, by the log, before its first block, while one would stand, and after. */
  | {
      readonly kind: 'goodMail';
      readonly before: number;
      readonly during: number;
      readonly after: number;
    }
  /** Our own users write to this host. */
  | {readonly kind: 'friend'}
  /** Somebody took a block of it back. `brake`: the relay had lost its list of users. */
  | {
      readonly kind: 'lifted';
      readonly by: 'operator' | 'exempt' | 'brake' | 'notConfirmed';
      readonly atMs: number;
    };

/** What lies close together: an IPv4 /24, an IPv6 /48, or the blocked network where it is larger. */
export interface NetworkSum {
  readonly network: string;
  readonly clients: number;
  readonly blocks: number;
}

/** What each threshold would have done. */
export interface Curve {
  /** The present setting. */
  readonly threshold: number;
  readonly points: readonly LevelSum[];
  /** Blocks that other rules made at lower bars: they are the same at each threshold. */
  readonly lowBlocks: number;
  /**
   * `blocked`: above the present threshold nothing is known of those whom it blocked. `answered`: the log has
   * what they went on to ask.
   */
  readonly above: 'blocked' | 'answered';
}

export interface OutgoingSum {
  /** What is counted at all. */
  readonly connections: Config['outbound'];
  readonly mail: Config['outgoingMail'];
  /** Since when; it may be later than the report begins. */
  readonly sinceMs: number;
  readonly programs: Some<ProgramSum>;
  readonly senders: Some<SenderSum>;
}

/** Connections of a program to mail ports of others. */
export interface ProgramSum {
  readonly connections: number;
  readonly standing: Permission;
  readonly user: string;
  readonly program: string;
  readonly lastMs: number;
}

/** Mail that the mailer carried. */
export interface SenderSum {
  readonly sender: string;
  readonly recipients: number;
  readonly messages: number;
  readonly failed: number;
  readonly alarm: AlarmKind | null;
}

export interface ComplaintSum {
  readonly mode: Config['complaints'];
  /** How many stand at each step. */
  readonly steps: Readonly<Partial<Record<ComplaintView['step'], number>>>;
  /** Clients that are due and that nobody has looked up. */
  readonly due: number;
  /** The newest first. */
  readonly latest: readonly Pick<
    ComplaintView,
    'network' | 'mailbox' | 'step' | 'madeMs' | 'why' | 'before' | 'after'
  >[];
}

export const firstOf = <Value>(values: readonly Value[], most: number): Some<Value> => ({
  all: values.length,
  shown: values.slice(0, most),
});

/** In one report. Counts: nobody reads more, and an answer has its bound. */
export const mostShown = {doubtful: 50, offenders: 50, networks: 30, outgoing: 20, complaints: 20};
