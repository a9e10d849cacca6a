/**
 * The report on some days as plain data: its text, its JSON and its page have the same values. `of-state.ts` makes it
 * from the daemon's memory, and `replay/overview.ts` from a replay. Decides nothing.
 */
import type {ComplaintView} from '../complaint/view.js';
import type {Config} from '../config/schema.js';
import type {Permission} from '../outgoing/sender-hours.js';
import type {AlarmKind} from '../submission/limits.js';
import type {Counted} from '../tally/hours.js';
import type {LevelSum} from '../tally/score-days.js';

/** `--json` prints it unchanged. Times in ms since the epoch; `null`: not known, or nothing. */
export interface Overview {
  readonly from: OverviewSource;
  readonly fromMs: number;
  readonly untilMs: number;
  /** When counting began; null: nothing was counted yet. */
  readonly countedFromMs: number | null;
  readonly sums: Readonly<Record<Counted, number>>;
  readonly times: TimeRows;
  /** Clients that were blocked although something speaks for them: the likely false positives, the likeliest first. */
  readonly doubtful: Some<Doubtful>;
  /** Since when the blocks of single clients are known; later than `fromMs` if there are too many. */
  readonly blocksFromMs: number;
  /** All clients that were blocked; those with most blocks first. */
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

/** The first entries of a list, and the number of all. */
export interface Some<Value> {
  readonly all: number;
  readonly shown: readonly Value[];
}

export type TimeRow = {readonly atMs: number} & Readonly<Record<Counted, number>>;

/** Rows from the oldest to the newest, without a gap. */
export interface TimeRows {
  readonly step: 'hour' | 'day';
  readonly rows: readonly TimeRow[];
}

export interface Offender {
  /** Canonical text of the blocked network. */
  readonly network: string;
  readonly blocks: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** Until when a block is in force; null: none is. */
  readonly untilMs: number | null;
  /** Unknown names for which it got an answer. */
  readonly answers: number | null;
  /** The reason of its latest block. */
  readonly reason: string;
}

export interface Doubtful extends Offender {
  /** What speaks for it; at least one. */
  readonly doubts: readonly Doubt[];
}

export type Doubt =
  /** Recipients that took its mail, the number of days, and the last time. */
  | {
      readonly kind: 'delivered';
      readonly recipients: number;
      readonly days: number;
      readonly lastMs: number | null;
    }
  /** Its messages that arrived, by the log: before its first block, while a block would have been in force, and after. */
  | {
      readonly kind: 'goodMail';
      readonly before: number;
      readonly during: number;
      readonly after: number;
    }
  /** Our own users write to this host. */
  | {readonly kind: 'friend'}
  /** A block of it was taken back. `brake`: because the relay had lost its list of users. */
  | {
      readonly kind: 'lifted';
      readonly by: 'operator' | 'exempt' | 'brake' | 'notConfirmed';
      readonly atMs: number;
    };

/** Clients that are close together: in an IPv4 /24, an IPv6 /48, or the blocked network if that is larger. */
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
  /** Blocks by other rules with lower bars. They are the same for each threshold. */
  readonly lowBlocks: number;
  /**
   * What is known above the present threshold. `blocked`: nothing, because blocked clients asked no more. `answered`:
   * the log has their further requests.
   */
  readonly above: 'blocked' | 'answered';
}

export interface OutgoingSum {
  /** Which of these are counted. */
  readonly connections: Config['outbound'];
  readonly mail: Config['outgoingMail'];
  /** The beginning of these counts, which may be later than that of the report. */
  readonly sinceMs: number;
  readonly programs: Some<ProgramSum>;
  readonly senders: Some<SenderSum>;
}

/** Connections of a program to mail ports of other machines. */
export interface ProgramSum {
  readonly connections: number;
  readonly standing: Permission;
  readonly user: string;
  readonly program: string;
  readonly lastMs: number;
}

/** A sender's mail that the mailer delivers. */
export interface SenderSum {
  readonly sender: string;
  readonly recipients: number;
  readonly messages: number;
  readonly failed: number;
  readonly alarm: AlarmKind | null;
}

export interface ComplaintSum {
  readonly mode: Config['complaints'];
  /** The number of complaints at each step. */
  readonly steps: Readonly<Partial<Record<ComplaintView['step'], number>>>;
  /** Clients that are due, and whose contact was not looked up yet. */
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

/** The most of each in one report. Counts: nobody reads more, and an answer has its bound. */
export const mostShown = {doubtful: 50, offenders: 50, networks: 30, outgoing: 20, complaints: 20};
