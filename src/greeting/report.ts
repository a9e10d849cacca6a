/**
 * The gate's report to the daemon: how full the gate is, and what became of each client. A value that
 * goes through the control socket. Decides nothing.
 */

/** What became of a client at the gate. */
export type GateFate =
  /** The client waited in silence. The mailer now has the same connection. */
  | 'handed'
  /** The client spoke before the greeting, and the gate answered 554. */
  | 'early'
  /** The client left while it waited, and had said nothing. */
  | 'left'
  /** The gate was full, so the mailer got the connection at once. */
  | 'unwaited'
  /** The gate could not start a process of the mailer, and answered 421. */
  | 'refused';

export interface GateVisit {
  readonly fate: GateFate;
  /** Its address as text. IPv4 stands without the prefix `::ffff:` of an IPv6 socket. */
  readonly client: string;
  /** When the gate decided. Ms since the epoch. */
  readonly atMs: number;
  readonly waitedMs: number;
  /** `handed`, `unwaited`: the process of the mailer that serves the client. */
  readonly pid?: number;
  /** `early`: what the client said, printable ASCII, at most 100 characters. */
  readonly said?: string;
}

/** A client that waits now. */
export interface GateWaiter {
  readonly client: string;
  /** When it came. Ms since the epoch. */
  readonly sinceMs: number;
}

export interface GateReport {
  /**
   * `takes`: the gate serves unknown clients. `full`: too many processes of the mailer run, and the gate
   * would answer 421. The firewall then leads nobody to the gate until there is room. `ends`: the gate ends, and the
   * redirection ends at once.
   */
  readonly state: 'takes' | 'full' | 'ends';
  readonly port: number;
  readonly waiting: number;
  readonly children: number;
  readonly stress: 'calm' | 'stressed';
  /** Visits since the last report that the daemon answered; at most `mostVisits`. */
  readonly visits: readonly GateVisit[];
  /** Clients that wait, the longest wait first; at most `mostWaiters`. */
  readonly waiters: readonly GateWaiter[];
}

/** Visits and waiters in one report. Counts: the report stays below the limit of a request. */
export const mostVisits = 200;
export const mostWaiters = 100;

/** Longest time between two reports. Ms: far below `aliveSeconds`, after which the redirection ends. */
export const reportEveryMs = 5000;
