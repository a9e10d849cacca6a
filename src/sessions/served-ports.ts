/**
 * Decides at which ports blocks hold: the configured ones, or those at which the mailer accepts
 * connections. While a mailer restarts it listens nowhere for a moment, and opens its ports one after
 * another. So an opened port counts immediately. A port counts as closed only if several looks found the
 * mailer listening elsewhere but not there. Does not look at the machine
 * (`sys/proc/sockets/listeners.ts`).
 */

import {mostMailerPorts} from '../config/kinds/lists.js';
import type {Config} from '../config/schema.js';

/** If no mailer was ever found: the port at which a relay takes mail (RFC 5321, section 4.5.4.2). */
const standardPort = 25;

/** How many looks in a row must miss a port before it counts as closed. A count. */
export const missesUntilClosed = 3;

/**
 * Which ports are kept if there are too many: those at which strangers and users submit mail, then the
 * lowest. One place is always left for the gate's port: with one port more than a rule can name nobody could be blocked.
 */
const firstOfAll: readonly number[] = [25, 587, 465];

/** The mailer's ports when it was last found. */
export interface SeenPorts {
  /** In ascending order; empty: no mailer was ever found. */
  readonly ports: readonly number[];
  /** How often in a row each missing port was missed. A count. */
  readonly misses: ReadonlyMap<number, number>;
}

/**
 * @param found where the mailer accepts connections now; empty: it is not running, and nothing follows
 *   from that
 */
export function seenNow({ports, misses}: SeenPorts, found: readonly number[]): SeenPorts {
  if (found.length === 0) return {ports, misses};
  const missed = new Map<number, number>();
  for (const port of ports) {
    if (!found.includes(port)) missed.set(port, (misses.get(port) ?? 0) + 1);
  }
  const isOpen = (port: number): boolean => (missed.get(port) ?? 0) < missesUntilClosed;
  const now = chosen([...new Set([...ports, ...found])].filter(isOpen));
  return {ports: now, misses: new Map([...missed].filter(([port]) => now.includes(port)))};
}

function chosen(ports: readonly number[]): readonly number[] {
  const rank = (port: number): number => {
    const place = firstOfAll.indexOf(port);
    return place < 0 ? port + firstOfAll.length : place;
  };
  const most = [...ports].sort((a, b) => rank(a) - rank(b)).slice(0, mostMailerPorts);
  return most.sort((a, b) => a - b);
}

/**
 * The ports at which blocks hold, in ascending order. @param seen the ports at which the mailer was last
 * found
 */
export const guardedPorts = (
  configured: 'auto' | readonly number[],
  seen: readonly number[] = [],
): readonly number[] => {
  if (configured !== 'auto') return configured;
  return seen.length === 0 ? [standardPort] : chosen(seen);
};

/** The state's key for the ports at which the mailer was last found. */
export const seenKey = 'seen';

/**
 * The ports at which clients have their sessions here. If packets are translated, these may differ from
 * the ports that clients call, which are guarded.
 */
export const sessionPorts = (
  guarded: readonly number[],
  seen: readonly number[] = [],
): readonly number[] => [...new Set([...guarded, ...seen])].sort((a, b) => a - b);

/** The port of the gate: sessions that it has passed to the mailer keep this port. */
export const gatePorts = ({
  greeting,
  greetingPort,
}: Pick<Config, 'greeting' | 'greetingPort'>): readonly number[] =>
  greeting === 'gate' || greeting === 'strict' ? [greetingPort] : [];

/** The same, from the configuration and the state. */
export function servedPorts(
  configured: 'auto' | readonly number[],
  {mailerPorts}: {readonly mailerPorts: {get(key: string): readonly number[] | undefined}},
): readonly number[] {
  const seen = mailerPorts.get(seenKey);
  return sessionPorts(guardedPorts(configured, seen), seen);
}
