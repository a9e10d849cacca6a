/**
 * What the gate tells the daemon: how full it is, and what became of each client that came. A value
 * that goes through the control socket. Decides nothing.
 */

/** What became of a client at the gate. */
export type GateFate =
  /** It waited in silence; the mailer has the same connection now. */
  | 'handed'
  /** It spoke before the greeting, and heard 554. */
  | 'early'
  /** It left while it waited, without a word. */
  | 'left'
  /** The gate was full: the mailer had the connection at once. */
  | 'unwaited'
  /** No process of the mailer could be started: it heard 421. */
  | 'refused';

export interface GateVisit {
  readonly fate: GateFate;
  /** As text, of IPv4 without the prefix of an IPv6 socket. */
  readonly client: string;
  /** When it was decided. Ms since the epoch. */
  readonly atMs: number;
  readonly waitedMs: number;
  /** `handed`, `unwaited`: the process of the mailer that serves it. */
  readonly pid?: number;
  /** `early`: what it said, printable ASCII, at most 100 characters. */
  readonly said?: string;
}

/** A client that waits now. */
export interface GateWaiter {
  readonly client: string;
  /** Ms since the epoch. */
  readonly sinceMs: number;
}

export interface GateReport {
  /**
   * `takes`: an unknown client is served. `full`: so many processes of the mailer run that it would
   * hear 421: the firewall leads nobody to the gate until there is room.
   */
  readonly state: 'takes' | 'full';
  readonly port: number;
  readonly waiting: number;
  readonly children: number;
  readonly stress: 'calm' | 'stressed';
  /** Those since the report before that the daemon has answered; at most `mostVisits`. */
  readonly visits: readonly GateVisit[];
  /** The longest waiting first; at most `mostWaiters`. */
  readonly waiters: readonly GateWaiter[];
}

/** In one report. Counts: it stays below what one request may hold. */
export const mostVisits = 200;
export const mostWaiters = 100;

/** The gate reports at least so often. Ms: the firewall leads clients to a gate that reports. */
export const reportEveryMs = 5000;
