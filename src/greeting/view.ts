/**
 * The state of the greeting as values, for `status`, `list --greeting`, `why` and monitoring. Decides
 * nothing.
 */
import type {Config} from '../config/schema.js';
import type {Family} from '../net/address.js';
import type {GateFate, GateReport, GateWaiter} from './report.js';

export interface GreetingView {
  readonly mode: Config['greeting'];
  /** The last report of the gate; absent: none came since the start. */
  readonly gate?: GateView | undefined;
  /** The other program that has the gate's port while the gate does not report; absent: none. */
  readonly taken?: string | undefined;
  /** Clients at the gate since the start, by their fate. Counts. */
  readonly fates: Readonly<Record<GateFate, number>>;
  /** Acts of early talk (`greeted.ts`) that the kernel has shown since the start. A count. */
  readonly seenEarly: number;
  /** How long clients waited, since the start. */
  readonly waits: WaitsView;
  /** Clients that have a pass (`passed.ts`). A count. */
  readonly passed: number;
  /** Clients that never wait. A count. */
  readonly exempt: number;
  /** How many of both have no rule, so that they wait: only with the backend `iptables`. A count; absent: none. */
  readonly unruled?: number | undefined;
  readonly rules: readonly {
    readonly family: Family;
    readonly state: 'stands' | 'missing' | 'off';
  }[];
}

export type GateView = Pick<GateReport, 'state' | 'port' | 'waiting' | 'children' | 'stress'> & {
  /** When the daemon received the report. Ms since the epoch. */
  readonly heardMs: number;
};

export interface WaitsView {
  /** For each bound in seconds, in rising order: how many clients waited no longer. */
  readonly upTo: readonly {readonly seconds: number; readonly clients: number}[];
  /** The waits of all clients together, and how many clients these are. */
  readonly seconds: number;
  readonly clients: number;
}

/** Clients that wait now, by the gate's last report. */
export interface WaitingView {
  readonly waiting: number;
  readonly waiters: readonly GateWaiter[];
  /** When the daemon received that report; absent: none came since the start. Ms since the epoch. */
  readonly heardMs?: number | undefined;
}

/** What is known of one client, for `why`. */
export interface GreetedView {
  /** When its pass ends; absent: it has none. Ms since the epoch. */
  readonly passedUntilMs?: number | undefined;
  /** Why it never waits; absent: it is not exempt. */
  readonly exempt?: string | undefined;
  /** How many clients that need not wait have no rule (`GreetingView`), of which it may be one; absent: none. */
  readonly unruled?: number | undefined;
  /** Its acts of early talk: how many, when the last one was, and what it said. */
  readonly early?:
    | {readonly times: number; readonly lastMs: number; readonly said?: string | undefined}
    | undefined;
  /** How often it left without saying anything, and when last. */
  readonly left?: {readonly times: number; readonly lastMs: number} | undefined;
}
