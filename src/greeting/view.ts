/**
 * The state of the greeting, as values: for `status`, `list --greeting`, `why`, and monitoring.
 * Decides nothing.
 */
import type {Config} from '../config/schema.js';
import type {Family} from '../net/address.js';
import type {GateFate, GateReport, GateWaiter} from './report.js';

export interface GreetingView {
  readonly mode: Config['greeting'];
  /** The last report of the gate; absent: none came since the start. */
  readonly gate?: GateView | undefined;
  /** The program that has its port while the gate does not report; absent: none. */
  readonly taken?: string | undefined;
  /** Clients by what became of them at the gate since the start. Counts. */
  readonly fates: Readonly<Record<GateFate, number>>;
  /** Acts of talk before the greeting that the kernel has shown, since the start. A count. */
  readonly seenEarly: number;
  /** How long clients waited, since the start. */
  readonly waits: WaitsView;
  /** Clients that go straight to the mailer, because they have waited. A count. */
  readonly passed: number;
  /** Those that never wait. A count. */
  readonly exempt: number;
  readonly rules: readonly {
    readonly family: Family;
    readonly state: 'stands' | 'missing' | 'off';
  }[];
}

export type GateView = Pick<GateReport, 'state' | 'port' | 'waiting' | 'children' | 'stress'> & {
  /** When it came. Ms since the epoch. */
  readonly heardMs: number;
};

export interface WaitsView {
  /** Clients that waited no longer than so many seconds, in rising order. Seconds; counts. */
  readonly upTo: readonly {readonly seconds: number; readonly clients: number}[];
  /** Of all. Seconds; a count. */
  readonly seconds: number;
  readonly clients: number;
}

/** Clients that wait now, by the gate's last report. */
export interface WaitingView {
  readonly waiting: number;
  readonly waiters: readonly GateWaiter[];
  /** When the gate said so; absent: it has said nothing since the start. Ms since the epoch. */
  readonly heardMs?: number | undefined;
}

/** What is known of one client, for `why`. */
export interface GreetedView {
  /** It goes straight to the mailer until then; absent: it has not waited, or that is over. Ms since the epoch. */
  readonly passedUntilMs?: number | undefined;
  /** Why it never waits at all; absent: nothing of the kind is known. */
  readonly exempt?: string | undefined;
  /** How often it spoke before the greeting, when last, and what it said. */
  readonly early?:
    | {readonly times: number; readonly lastMs: number; readonly said?: string | undefined}
    | undefined;
  /** How often it left without a word or a command, and when last. */
  readonly left?: {readonly times: number; readonly lastMs: number} | undefined;
}
