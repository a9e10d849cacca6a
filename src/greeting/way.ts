/**
 * The way of an unknown client to the gate, as the daemon sees it: the desired state of the
 * firewall. Decides nothing; `live/` keeps it in force.
 */
import type {Family} from '../net/address.js';

/** So long the firewall goes on leading clients to a gate that has reported last. Seconds: fail open. */
export const aliveSeconds = 30;

export interface GateWay {
  /**
   * Puts in force what was asked for until now, and removes what other settings have left. Never
   * fails.
   */
  start(): Promise<void>;
  /** The gate has just reported that it takes clients: for `aliveSeconds` unknown ones go there. */
  renew(): void;
  /** From now on this client goes straight to the mailer. Canonical text of an address or network. */
  pass(client: string, untilMs: number): void;
  /** Its pass is over: it waits again. */
  end(client: string): void;
  /** From now on these never wait: whitelist, own addresses, clients with a record. Canonical texts. */
  exempt(networks: ReadonlySet<string>): void;
  /** Clients whose first words the kernel saw before the mailer's second packet, since the last call. */
  early(): Promise<readonly string[]>;
  /**
   * Which program has the gate's port. `others`: no client is led there, whatever was asked for
   * before.
   */
  atPort(whose: 'ours' | 'others'): void;
  /** Compares with the kernel, and repairs. */
  check(): Promise<void>;
  /** Looks again for what other settings have left: another tool may have restored it. */
  lookForLeftovers(): Promise<void>;
  /** Whether the rules of each family stand; `off` where nobody is led away or watched. */
  standing(): ReadonlyMap<Family, 'stands' | 'missing' | 'off'>;
  stop(end: 'left' | 'removed'): Promise<'left' | 'removed' | 'failed'>;
}
