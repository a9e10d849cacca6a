/**
 * The way of an unknown client to the gate, as the daemon asks the firewall for it. Decides nothing;
 * `rules/live/` keeps it in force.
 */
import type {Family} from '../net/address.js';

/** How long after the gate's last report the firewall still leads clients to it. Seconds: then it fails open. */
export const aliveSeconds = 30;

export interface GateWay {
  /**
   * Puts in force what was asked for until now, and removes rules that other settings have left. Never
   * fails.
   */
  start(): Promise<void>;
  /** The gate has just reported that it takes clients: unknown clients go there for `aliveSeconds`. */
  renew(): void;
  /** The gate has just reported that it ends: from now on no client goes there. */
  gateEnds(): void;
  /** From now on this client goes straight to the mailer. Canonical text of an address or network. */
  pass(client: string, untilMs: number): void;
  /** The pass of this client is over: it waits again. */
  end(client: string): void;
  /**
   * From now on these never wait, and no others: own addresses, whitelist, clients with a record. Canonical
   * texts, the most important first.
   */
  exempt(networks: ReadonlySet<string>): void;
  /** Clients that the kernel saw speak before the mailer's greeting, since the last call. */
  early(): Promise<readonly string[]>;
  /**
   * Which program has the gate's port. `others`: the firewall leads no client there, whatever else the
   * daemon asks for.
   */
  atPort(whose: 'ours' | 'others'): void;
  /** Compares the rules with the kernel, and repairs them. */
  check(): Promise<void>;
  /** Looks again for rules that other settings have left: another tool may have restored them. */
  lookForLeftovers(): Promise<void>;
  /** Whether the rules of each family are in force; `off`: no rules are wanted. */
  standing(): ReadonlyMap<Family, 'stands' | 'missing' | 'off'>;
  /** How many known clients wait all the same, because the backend makes no rule for them. A count. */
  unruled(): number;
  stop(end: 'left' | 'removed'): Promise<'left' | 'removed' | 'failed'>;
}
